package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"ferry/core"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// askSecret asks on the terminal, without showing what is typed.
func askSecret(prompt string) (core.Secret, error) {
	if !isTerminal(os.Stdin) {
		return core.Secret{}, &core.Fault{
			Kind: core.SignIn, Code: "ferryctl.no-secret", Owner: core.You,
			Cause:  "There is no client secret.",
			Remedy: "Put it into the environment variable FERRY_CLIENT_SECRET, or sign in as yourself with -auth browser.",
		}
	}
	fmt.Fprint(os.Stderr, prompt+": ")
	text, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return core.Secret{}, core.AsFault(err)
	}
	return core.NewSecret(strings.TrimSpace(string(text))), nil
}

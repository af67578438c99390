package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"ferry/core"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// askSecret asks on the terminal, without showing what is typed. What is asked for could also have come from a variable
// of the environment.
func askSecret(what, variable string) (core.Secret, error) {
	if !isTerminal(os.Stdin) {
		return core.Secret{}, noSecret(what, variable)
	}
	fmt.Fprintf(os.Stderr, "The %s: ", printable(what))
	text, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return core.Secret{}, core.AsFault(err)
	}
	return core.NewSecret(strings.TrimSpace(string(text))), nil
}

func noSecret(what, variable string) *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "ferryctl.no-secret", Owner: core.You,
		Cause:  "The " + what + " is missing.",
		Remedy: "Put it into the environment variable " + variable + ", or start ferryctl in a terminal, where it asks.",
	}
}

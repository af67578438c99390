package core

import (
	"context"
	"errors"
	"strings"
)

// A FaultKind says what to do about a Fault.
type FaultKind string

const (
	SignIn     FaultKind = "sign-in"    // sign in again, or mend what the sign-in needs
	Permission FaultKind = "permission" // somebody must give a right
	Wrong      FaultKind = "setting"    // a setting, an address or a file is wrong
	BadRecord  FaultKind = "record"     // one record cannot be carried
	Busy       FaultKind = "busy"       // the other side asks for patience; later it works
	Offline    FaultKind = "offline"    // the other side cannot be reached
	Stopped    FaultKind = "stopped"    // somebody stopped it; the same command goes on
	Bug        FaultKind = "bug"        // Ferry itself is wrong
)

// An Owner is who can mend a Fault.
type Owner string

const (
	You           Owner = "you"
	EntraAdmin    Owner = "the Entra administrator"
	DynamicsAdmin Owner = "the Dynamics administrator"
	HaloAdmin     Owner = "the Halo administrator"
	DatabaseAdmin Owner = "the database administrator"
)

// A Fault is an error that a person can act on. It is made where the knowledge is; layers above add Op and
// never rewrite Cause or Remedy.
type Fault struct {
	Kind    FaultKind
	Code    string  // stable, for machines and golden files: "signin.secret-wrong"
	Op      string  // "reading accounts from Dynamics 365"
	Cause   string  // "The client secret is wrong."
	Remedy  string  // "In the app registration, open Certificates & secrets, make a new secret and copy its Value."
	Owner   Owner   // who can mend it
	Link    string  // the page where it is mended
	Subject Subject // shown on screen and in the refused list; never in Error(), logs or bundles
	Details string  // what the machine said, redacted: code, correlation id, UTC time
	Err     error   // the error below, for errors.Is; its text is never shown
}

// A Subject is what a Fault is about. It may hold people's data and so never leaves the screen and the refused
// list.
type Subject struct {
	Table string
	Key   string
	Field string
	Value string
}

// Error is one line for logs: no subject, no text of the error below.
func (f *Fault) Error() string {
	parts := make([]string, 0, 3)
	if f.Op != "" {
		parts = append(parts, f.Op+":")
	}
	parts = append(parts, f.Cause)
	if f.Details != "" {
		parts = append(parts, "("+f.Details+")")
	}
	return strings.Join(parts, " ")
}

func (f *Fault) Unwrap() error { return f.Err }

// During returns err with what was being done, when nothing said so yet. Cause and Remedy stay as they are. A nil
// error stays nil; an error that is no Fault becomes a Bug.
func During(op string, err error) error {
	if err == nil {
		return nil
	}
	f := AsFault(err)
	if f.Op != "" {
		return f
	}
	c := *f
	c.Op = op
	return &c
}

// AsFault returns the Fault in err. An error that is none becomes one of kind Bug, so that there is always a cause
// and a remedy to show; its text is not shown, because nobody has looked what is in it.
func AsFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	if errors.Is(err, context.Canceled) {
		return &Fault{
			Kind: Stopped, Code: "core.stopped", Owner: You,
			Cause:  "It was stopped.",
			Remedy: "Start it again when you like: it goes on where it stopped.",
			Err:    err,
		}
	}
	return &Fault{
		Kind: Bug, Code: "core.bug", Owner: You,
		Cause:  "Something happened that Ferry does not know.",
		Remedy: "Try again. If it happens again, save the diagnostics and send them to us.",
		Err:    err,
	}
}

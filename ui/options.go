package ui

import (
	"context"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
)

// Options is all the window gets; cmd fills it.
type Options struct {
	Version      string
	Engine       Engine
	Project      *project.Project // the one that was open last; nil on a first start
	Destinations []core.Driver[core.Destination]
	Documents    string // folder in which destination files are offered: Documents/Ferry
	Practise     bool   // open with the practice environment
	Data         string // folder that holds journal and state; "" is not shown

	Post func(func())     // runs a function on the window's goroutine; nil is fyne.Do
	Now  func() time.Time // time.Now when nil
}

// Engine is what the window can have done. Every method but Recognise may take long and is called off the window's
// goroutine; each honours ctx and returns Faults.
type Engine interface {
	// Practice starts the practice environment, once, and returns a connection to it. It runs until the app ends.
	// A connection with Practice set works in every other method, whatever address it has: the Engine starts the
	// environment where it must and uses its present one.
	Practice(ctx context.Context) (Practice, error)

	// Recognise takes anything that was pasted as an address and tells which environment it names. Pure and quick.
	Recognise(text string) (Address, error)
	// Discover asks the environment who its tenant is and returns the connection with what it found.
	Discover(ctx context.Context, c project.Connection) (project.Connection, error)

	// KeepSecret puts a client secret into the keychain. A Fault that comes back without an error is a warning:
	// the secret is kept in memory only, because there is no keychain.
	KeepSecret(ctx context.Context, c project.Connection, secret core.Secret) (warning *core.Fault, err error)
	// KnowsSecret reports whether a client secret is kept for the connection.
	KnowsSecret(ctx context.Context, c project.Connection) bool
	// SignIn signs in anew. step tells the address that the browser shows as soon as there is one.
	SignIn(ctx context.Context, c project.Connection, step func(SignInStep)) (SignedIn, error)
	// SignOut forgets tokens and secrets of the connection.
	SignOut(ctx context.Context, c project.Connection) error

	// CheckSource and CheckDestination are Test connection; see core.System.Checks.
	CheckSource(ctx context.Context, c project.Connection, need core.Need, tell func(core.Check)) error
	CheckDestination(ctx context.Context, d project.Destination, need core.Need, tell func(core.Check)) error

	// Tables lists what the connection may read; Count tells how many rows a table has, as well as it is known.
	Tables(ctx context.Context, c project.Connection) ([]core.TableName, error)
	Count(ctx context.Context, c project.Connection, table string) (core.Count, error)

	// Import runs or continues an import of the given tables. See importer.Run.
	Import(ctx context.Context, p *project.Project, r ImportRequest, progress func(importer.Progress)) (importer.Receipt, error)
	// Runs are all runs of the project, newest first.
	Runs(ctx context.Context, p *project.Project) ([]importer.Receipt, error)

	// Save writes the project, Open reads another one from a file.
	Save(ctx context.Context, p *project.Project) error
	Open(ctx context.Context, path string) (*project.Project, error)

	// Browse opens an address in the system's browser, Show opens the folder of a file in the file manager.
	Browse(url string) error
	Show(path string) error

	// KeychainState is a sentence for the person when secrets cannot be kept, and "" when they can.
	KeychainState(ctx context.Context) string
}

// Practice is the practice environment as one connects to it.
type Practice struct {
	Connection project.Connection
	Secret     core.Secret // of the practice application, for Auth Secret
	Person     string      // who one signs in as: "Ada Lovelace"
}

// Address is what Recognise found.
type Address struct {
	Org     string // https://contoso.crm4.dynamics.com
	Name    string // "contoso"
	Region  string // "Europe"; "" when not known
	Cloud   string // "public cloud", "US government"; "" for an address that is not Microsoft's
	OnPrem  bool   // not one of Microsoft's hosts
	Warning string // something a person should know: "This is a page of make.powerapps.com"; "" is none
}

// SignInStep is news of a sign-in.
type SignInStep struct {
	Link   string      // the page the browser should show
	Opened bool        // the browser was started
	Fault  *core.Fault // why it could not be started; the link can still be copied
}

// SignedIn says who signed in.
type SignedIn struct {
	Name        string // "Ada Lovelace", or the application's client ID
	Application bool
	Warning     *core.Fault // the sign-in is kept in memory only
}

// ImportRequest says what to import.
type ImportRequest struct {
	Tables []string // logical names, in any order
	Limit  int      // Try 10; 0 is all
	Full   bool
}

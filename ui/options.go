package ui

import (
	"context"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
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
	Given        string // path of a project file that was named at the start; it is opened as every other
	Data         string // folder that holds journal and state; "" is not shown

	Post func(func())     // runs a function on the window's goroutine; nil is fyne.Do
	Now  func() time.Time // time.Now when nil
}

// Engine is what the window can have done. Every method but Recognise may take long and is called off the window's
// goroutine; each honours ctx and returns Faults.
type Engine interface {
	MappingEngine
	HistoryEngine
	RehearseEngine
	TrustEngine
	CompareEngine
	MendEngine
	DestinationEngine

	// Practice starts the practice environment, once, and returns a connection to it. It runs until the app ends.
	// A connection with Practice set works in every other method, whatever address it has: the Engine starts the
	// environment where it must and uses its present one.
	Practice(ctx context.Context) (Practice, error)

	// Recognise takes anything that was pasted as an address and tells which environment it names. Pure and quick.
	Recognise(text string) (Address, error)
	// Discover asks the environment who its tenant is and returns the connection with what it found.
	Discover(ctx context.Context, c project.Connection) (project.Connection, error)

	// KeepSecret puts a client secret (of Windows: the password) into the keychain. A Fault that comes back without an error is a warning:
	// the secret is kept in memory only, because there is no keychain.
	KeepSecret(ctx context.Context, c project.Connection, secret core.Secret) (warning *core.Fault, err error)
	// KnowsSecret reports whether a client secret is kept for the connection.
	KnowsSecret(ctx context.Context, c project.Connection) bool
	// SignIn signs in anew. step tells the address that the browser shows as soon as there is one.
	SignIn(ctx context.Context, c project.Connection, step func(SignInStep)) (SignedIn, error)
	// SignOut forgets tokens, secrets and certificate of the connection.
	SignOut(ctx context.Context, c project.Connection) error

	// Prove asks for a token as the application, which proves tenant, client ID and secret or certificate, whatever comes
	// later. secret is the one to try; an empty one is the one that is kept. Nothing is kept.
	Prove(ctx context.Context, c project.Connection, secret core.Secret) error
	// ReplaceSecret tests a new client secret as Prove does and puts it into the place of the old one only when it works.
	ReplaceSecret(ctx context.Context, c project.Connection, secret core.Secret) (warning *core.Fault, err error)
	// KeepCertificate reads a PFX or PEM file, keeps certificate and key sealed for the connection, and tells what is public
	// of it.
	KeepCertificate(ctx context.Context, c project.Connection, file []byte, password core.Secret) (facts project.CertificateFacts, warning *core.Fault, err error)
	// MakeCertificate makes a certificate for the connection, keeps it like KeepCertificate, and returns the .cer file to
	// upload.
	MakeCertificate(ctx context.Context, c project.Connection) (facts project.CertificateFacts, cer []byte, warning *core.Fault, err error)
	// Certificate returns the .cer file of the certificate that is kept.
	Certificate(ctx context.Context, c project.Connection) (cer []byte, err error)
	// Signed tells what a sign-in with the certificate signs: header and claims as JSON, without key and signature.
	Signed(ctx context.Context, c project.Connection) (header, claims string, err error)
	// ConsentLink is the page on which an administrator grants the application's permissions for everybody.
	ConsentLink(ctx context.Context, c project.Connection) (string, error)
	// Explain says what a code or a whole page of Microsoft's means; false when there is no code in it. Pure and quick.
	Explain(text string) (*core.Fault, bool)

	// Environments lists the environments that the person who signed in at c may see.
	Environments(ctx context.Context, c project.Connection) ([]Environment, error)
	// PlanApplicationUser tells what MakeApplicationUser would make at the environment of c, for the application clientID
	// to read the given tables. c must be signed in to as a System Administrator. Nothing is changed.
	PlanApplicationUser(ctx context.Context, c project.Connection, clientID string, tables []string) (ApplicationUserPlan, error)
	MakeApplicationUser(ctx context.Context, c project.Connection, plan ApplicationUserPlan) error

	// Computer reads the settings of this computer, KeepComputer writes them. An empty secret leaves the one that is kept.
	Computer(ctx context.Context) (project.Computer, error)
	KeepComputer(ctx context.Context, c project.Computer, secrets ComputerSecrets) (warning *core.Fault, err error)

	// SaveReport writes the connection report of a test as one HTML file.
	SaveReport(ctx context.Context, c project.Connection, checks []core.Check, path string) error
	// SaveFile writes a file whole, or leaves what was there.
	SaveFile(ctx context.Context, path string, data []byte) error

	// CheckSource and CheckDestination are Test connection; see core.System.Checks.
	CheckSource(ctx context.Context, c project.Connection, need core.Need, tell func(core.Check)) error
	CheckDestination(ctx context.Context, d project.Destination, need core.Need, tell func(core.Check)) error
	// KeepDestination puts secrets of a destination into the keychain: by the name of their setting.
	KeepDestination(ctx context.Context, d project.Destination, secrets map[string]core.Secret) error

	// Tables lists what the connection may read; where it cannot be asked, the list of the last time comes together with the
	// error. Count tells how many records a mapping holds by what it says of which records, as well as it is known; nothing
	// else of the mapping is looked at.
	Tables(ctx context.Context, c project.Connection) ([]core.TableName, error)
	Count(ctx context.Context, c project.Connection, which mapping.Mapping) (core.Count, error)

	// Import runs or continues an import of the given tables. See importer.Run.
	Import(ctx context.Context, p *project.Project, r ImportRequest, progress func(importer.Progress)) (importer.Receipt, error)
	// Runs are all runs of the project, newest first.
	Runs(ctx context.Context, p *project.Project) ([]importer.Receipt, error)

	// Save writes the project, Open reads another one from a file.
	Save(ctx context.Context, p *project.Project) error
	// Open changes nothing: what it read becomes the window's own when a person says so.
	Open(ctx context.Context, path string) (Opened, error)

	// Browse opens an address in the system's browser, Show opens the folder of a file in the file manager.
	Browse(url string) error
	Show(path string) error

	// KeychainState is a sentence for the person when secrets cannot be kept, and "" when they can.
	KeychainState(ctx context.Context) string
}

// Opened is a project as it was read from a file, before anything of it is used.
type Opened struct {
	Project *project.Project
	Said    []*core.Fault // what was left out of it and why, and what looks strange in it
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

// Environment is one that the person who signed in may see.
type Environment struct {
	Name     string // "Contoso Sales"
	Org      string // https://contoso.crm4.dynamics.com
	Region   string // "Europe"; "" when not known
	Kind     string // "test", "live"; "" is unknown
	Tenant   string
	Disabled bool
}

// ApplicationUserPlan is what MakeApplicationUser makes.
type ApplicationUserPlan struct {
	Lines []string // for the person: what is there and what will be made, one sentence each
	Done  bool     // nothing has to be made
	Plan  any      // the Engine's own
}

// ComputerSecrets are the secrets that go with the settings of this computer.
type ComputerSecrets struct {
	ProxyPassword core.Secret
	Params        map[ParamOf]core.Secret
}

// ParamOf names a secret parameter of a sign-in.
type ParamOf struct {
	Org   string
	Token bool // of the token request; else of the sign-in page
	Name  string
}

// SignInStep is news of a sign-in.
type SignInStep struct {
	Link  string      // the page the browser should show
	Code  string      // what is typed there; "" but for Device
	Until time.Time   // when the code ends; zero but for Device
	Fault *core.Fault // why it could not be started; the link can still be copied
}

// SignedIn says who signed in.
type SignedIn struct {
	Name        string // "Ada Lovelace", or the application's client ID
	Application bool
	Warning     *core.Fault // the sign-in is kept in memory only
}

// ImportRequest says what to import.
type ImportRequest struct {
	Tables []string // IDs of mappings, in any order; one without a saved mapping is a table by its logical name
	Limit  int      // Try 10; 0 is all
	Full   bool
	Only   string           // what a rehearsal showed; see RehearseEngine.KeepShown. "" is everything
	Retry  *importer.Retry  // only what an earlier import left over; nil is everything
	Retire map[string]int64 // agreed by typing the number: so many rows of a mapping, by ID, are removed or marked; see importer.Job
}

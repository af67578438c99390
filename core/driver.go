package core

import (
	"context"
	"log/slog"
)

// A Driver describes a kind of system that can be chosen, before any exists. A list of drivers is a value that
// both mains pass down.
type Driver[S System] struct {
	Name     string // saved in project files, never changes: "sqlite"
	Title    string // "Database file (SQLite)"
	Summary  string // one sentence for the person who chooses
	Settings []Setting
	New      func(s Settings) (S, error) // checks the settings, does no I/O; the error is a Fault

	// Place is where the settings point at, as one stable text, and Receiver whom their secrets may be sent to: a secret is
	// kept under that name. Both do no I/O and give "" for settings that cannot be read. nil: the settings' file or folder
	// is the place, and there are no secrets.
	Place    func(s Settings) string
	Receiver func(s Settings) string

	// Described says that its tables and fields are its own: it tells them by Describe, a mapping is made for them and fits
	// no other kind of destination. Else it makes what a mapping asks for.
	Described bool
	Guide     Guide
}

// A Guide tells how the system is made ready, beside the form of its settings. The zero Guide is none.
type Guide struct {
	Title string
	Steps []string // one sentence or two each
	Note  string
}

// An Offerer is a System that tells what a setting could be, where Setting.Offered says so.
type Offerer interface {
	Offers(ctx context.Context, setting string) ([]string, error)
}

// A Setting is one field of a system's form, and -set name=value of ferryctl.
type Setting struct {
	Name     string // "file"
	Title    string // "File"
	Help     string // one sentence
	Kind     SettingKind
	Required bool
	Main     bool // the part behind the colon of -to KIND:WHERE
	Default  string
	Choices  []string // for SettingChoice
	Ending   string   // for SettingFile: how the names of such files end: ".xlsx"
	Env      string   // for SettingSecret: the variable of the environment from which ferryctl takes it
	Open     bool     // of a SettingSecret: it is kept like one, but may be read while it is typed
	More     bool     // few people need it: it is shown when they ask for more
	Offered  bool     // the system tells what it could be; see Offerer
	Notifies bool     // of a SettingSwitch: on, the system may write to the people who are imported, so it is asked about
	Deletes  bool     // of a SettingSwitch: on, taking an import back deletes what it made; off, that is set inactive
}

// A SettingKind says how a setting is asked for.
type SettingKind string

const (
	SettingText   SettingKind = "text"
	SettingFile   SettingKind = "file"
	SettingFolder SettingKind = "folder"
	SettingSwitch SettingKind = "switch"
	SettingNumber SettingKind = "number"
	SettingChoice SettingKind = "choice"
	SettingSecret SettingKind = "secret"
)

// Settings are the values of a system's form.
type Settings struct {
	Values  map[string]string
	Secrets map[string]Secret
	CAFiles []string // PEM files that this computer trusts beside the system's roots; never from a project file
}

// Get returns the value of a setting, "" when it is not set.
func (s Settings) Get(name string) string { return s.Values[name] }

// A Secret is a text that must not be shown, logged or saved. Only Reveal gives it away.
type Secret struct{ text string }

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text itself, for the one place that sends it.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.text == "" }

func (s Secret) String() string               { return "•••" }
func (s Secret) GoString() string             { return "•••" }
func (s Secret) LogValue() slog.Value         { return slog.StringValue("•••") }
func (s Secret) MarshalText() ([]byte, error) { return []byte("•••"), nil }

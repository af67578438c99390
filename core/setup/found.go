package setup

import "ferry/core"

// Found is what Find found. A value that was not found is empty.
type Found struct {
	Org           string // https://contoso.crm4.dynamics.com
	Tenant        string // GUID in lower case, or domain
	ClientID      string // GUID in lower case
	Secret        core.Secret
	SecretExpires string // 2027-03-31
	Notes         []Note
}

// Empty reports whether nothing was found that can be used.
func (f Found) Empty() bool {
	return f.Org == "" && f.Tenant == "" && f.ClientID == "" && f.Secret.Empty()
}

// A Note is a sentence for the person about what was found. It never holds the secret.
type Note struct {
	Kind NoteKind
	Text string
	// Offer are the values to choose from when it is not certain which is which: what was taken first, then the others.
	// They are IDs, addresses or dates, never secrets. Empty but for NoteUncertain.
	Field Field
	Offer []string

	quiet bool // news only
}

// A Field is a value that Find looks for.
type Field string

const (
	FieldOrg      Field = "org"
	FieldTenant   Field = "tenant"
	FieldClientID Field = "client-id"
	FieldSecret   Field = "secret"
	FieldExpires  Field = "expires"
)

// A NoteKind says what a Note is about.
type NoteKind string

const (
	NoteTaken     NoteKind = "taken"     // where a value went
	NoteUncertain NoteKind = "uncertain" // a value was taken, but another one could be meant
	NoteObjectID  NoteKind = "object-id" // an object ID was left out
	NoteSecretID  NoteKind = "secret-id" // the ID of a secret is there instead of its Value
	NoteSecret    NoteKind = "secret"    // something that looks like a secret was left out, or looks wrong
	NoteAddress   NoteKind = "address"   // an address was left out
	NoteMissing   NoteKind = "missing"   // a value was not found
)

// Warns reports whether the person should look at the note: it is more than news.
func (n Note) Warns() bool { return n.Kind != NoteTaken && !n.quiet }

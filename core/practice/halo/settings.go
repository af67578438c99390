package halo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Settings say in which of the possible worlds this Halo is. The zero Settings are the usual one. The names in JSON are
// those of ferryctl practice -halo NAME=VALUE and of scripts.
type Settings struct {
	// The limit: so many requests in so many seconds, the token and authinfo included.
	Requests   int    `json:"requests,omitempty"`   // 300
	Window     int    `json:"window,omitempty"`     // 300 seconds
	LimitText  string `json:"limitText,omitempty"`  // "" text, "json"
	RetryAfter bool   `json:"retryAfter,omitempty"` // 429 says when to come again

	LiftedBy string `json:"liftedBy,omitempty"` // a header with which the limit does not hold: "X-Partner: value"

	PageCap int `json:"pageCap,omitempty"` // rows of a page at most, whatever is asked for; 100

	// Signing in.
	TokenLife  int    `json:"tokenLife,omitempty"`  // seconds; 3600
	NeedTenant bool   `json:"needTenant,omitempty"` // a token is not given without the tenant
	Scopes     string `json:"scopes,omitempty"`     // that the application has; "all"
	AuthInfo   string `json:"authInfo,omitempty"`   // "" usual, "missing", "elsewhere", "plain"
	NoTenantID bool   `json:"noTenantId,omitempty"` // authinfo does not tell the tenant

	// Answers.
	Errors      string `json:"errors,omitempty"`      // how a refusal is told: "" Message, "resultCode", "className", "error", "text", "empty"
	Body401     bool   `json:"body401,omitempty"`     // a 401 says something; else it is empty
	OneAsArray  bool   `json:"oneAsArray,omitempty"`  // a POST of one record is answered by an array of one
	Status200   bool   `json:"status200,omitempty"`   // a POST is answered 200; else 201
	NullForGone bool   `json:"nullForGone,omitempty"` // an id that is not there is answered 200 and null; else 404
	Warning     string `json:"warning,omitempty"`     // _warning of everything that is stored
	Sparse      bool   `json:"sparse,omitempty"`      // rows of lists have next to nothing but the id and the name
	Lenient     bool   `json:"lenient,omitempty"`     // unknown members, bare objects and 95.0 are taken

	// External links, and which record a write is about.
	Links        string `json:"links,omitempty"`        // "" they work, "ignored" on write, "unreadable" but stored
	MatchIgnored bool   `json:"matchIgnored,omitempty"` // _match_ members are taken and do nothing: the record is made twice
	CapLinks     bool   `json:"capLinks,omitempty"`     // a list of links has PageCap rows at most, and there is no next page

	PagedLinks bool `json:"pagedLinks,omitempty"` // a list of links has pages when they are asked for; else that is not heard

	// Custom fields, lists and tables.
	NoInputs       bool   `json:"noInputs,omitempty"`       // there are no texts that take nothing but numbers
	ReplaceFields  bool   `json:"replaceFields,omitempty"`  // a custom field that is not sent is emptied; else it stays
	BadOptions     string `json:"badOptions,omitempty"`     // an option that is not in the list: "" refused, "ignored"
	DynamicsSlot   string `json:"dynamicsSlot,omitempty"`   // member of an option that holds its Dynamics ID: "" value2, another one, "none"
	NoFieldColumns bool   `json:"noFieldColumns,omitempty"` // lists know no include_custom_fields
	NoListValues   bool   `json:"noListValues,omitempty"`   // lists of fields come without their options
	Envelopes      bool   `json:"envelopes,omitempty"`      // lists of fields, options and tables are in an envelope; else bare arrays
	MatchRows      string `json:"matchRows,omitempty"`      // where the matching field of a table looks for a row: "" below the same record, "anywhere" in the table, "ignored"
	AgentRight     string `json:"agentRight,omitempty"`     // the member of Agent/me that tells whether all customers may be used: "" all_clients_allowed, another one, "none"

	// Writing.
	Batch          string   `json:"batch,omitempty"`          // an array with a bad record: "" nothing is stored, "partial" what stands before it is
	Mandatory      []string `json:"mandatory,omitempty"`      // fields a record cannot be without: "client.website", "users.CFTier"
	AdvancedSearch []string `json:"advancedSearch,omitempty"` // members that advanced_search knows; azureoid, emailaddress
	TooLong        string   `json:"tooLong,omitempty"`        // a text that does not fit its column: "" 400, "exception" 500
	UniqueEmail    bool     `json:"uniqueEmail,omitempty"`    // no two users with one e-mail address
	DeletesRefused bool     `json:"deletesRefused,omitempty"` // nothing can be deleted
	Restricted     bool     `json:"restricted,omitempty"`     // the agent may not use all customers: every third is hidden
}

// Errors of Settings.
const (
	ErrorsResultCode = "resultCode"
	ErrorsClassName  = "className"
	ErrorsError      = "error"
	ErrorsText       = "text"
	ErrorsEmpty      = "empty"
)

func (s Settings) requests() int         { return or(s.Requests, 300) }
func (s Settings) window() time.Duration { return time.Duration(or(s.Window, 300)) * time.Second }
func (s Settings) pageCap() int          { return or(s.PageCap, 100) }
func (s Settings) tokenLife() int        { return or(s.TokenLife, 3600) }

// slot is the member of an option that holds its Dynamics ID; "" when there is none.
func (s Settings) slot() string {
	switch s.DynamicsSlot {
	case "":
		return "value2"
	case "none":
		return ""
	}
	return s.DynamicsSlot
}

func or(n, usual int) int {
	if n == 0 {
		return usual
	}
	return n
}

// Change sets settings from JSON: {"pageCap":50}. It refuses what it does not know.
func (s *Settings) Change(text []byte) error {
	next := *s
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&next); err != nil {
		return fmt.Errorf("reading the settings of Halo: %w", err)
	}
	if err := next.check(); err != nil {
		return err
	}
	*s = next
	return nil
}

// Put sets one setting from text, as in pageCap=50 or restricted=true.
func (s *Settings) Put(name, value string) error {
	raw := []byte(value)
	var v any
	if json.Unmarshal(raw, &v) != nil {
		raw, _ = json.Marshal(value)
	}
	text, _ := json.Marshal(map[string]json.RawMessage{name: raw})
	return s.Change(text)
}

// check refuses words that mean nothing, so that a misspelt world is not the usual one.
func (s Settings) check() error {
	for _, w := range []struct{ name, value, words string }{
		{"limitText", s.LimitText, "json"},
		{"authInfo", s.AuthInfo, "missing elsewhere plain"},
		{"errors", s.Errors, "resultCode className error text empty"},
		{"batch", s.Batch, "partial"},
		{"tooLong", s.TooLong, "exception"},
		{"links", s.Links, "ignored unreadable"},
		{"matchRows", s.MatchRows, "anywhere ignored"},
		{"badOptions", s.BadOptions, "ignored"},
		{"dynamicsSlot", s.DynamicsSlot, "value2 value3 value4 value5 value6 value7 value8 value9 custom1 custom2 none"},
	} {
		if w.value != "" && !contains(strings.Fields(w.words), w.value) {
			return fmt.Errorf("%s of Halo cannot be %q: it is one of %s", w.name, w.value, w.words)
		}
	}
	if s.Requests < 0 || s.Window < 0 || s.PageCap < 0 || s.TokenLife < 0 {
		return fmt.Errorf("a number among the settings of Halo is below 0")
	}
	return nil
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

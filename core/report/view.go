package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"ferry/core"
)

// A view is a report in words, ready to be set as HTML or as text. Every text in it has gone through plain.
type view struct {
	Title, Verdict, Remark string
	State                  string // passed, warned, failed
	When, Ferry            string
	Environment, SignIn    []fact
	Mend                   []mend
	Checks                 []check
	Rights                 []right
	Depths                 bool // some right says how far it reaches
	Hidden                 []hidden
	Halo                   *halo
}

type fact struct{ Name, Value string }

type mend struct{ State, Sign, Word, Step, Cause, Remedy, Owner string }

type check struct {
	State, Sign, Word string
	Title, Detail     string
	Cause, Remedy     string
	Owner, Link       string
	Details           string
}

type right struct{ State, Sign, Word, Name, Logical, Read, Track, Note string }

type hidden struct {
	Name, Logical string
	Fields        []string
}

type halo struct {
	Values         []fact // to enter in Halo
	Register       []fact // to add to the app registration
	Proves, Leaves []string
}

// stateWords say how a step ended: a sign and a word, so that colour is not needed.
func stateWords(s core.CheckState) (class, sign, word string) {
	switch s {
	case core.CheckPassed:
		return "passed", "✓", "passed"
	case core.CheckWarned:
		return "warned", "!", "look at it"
	case core.CheckFailed:
		return "failed", "✕", "failed"
	}
	return "untried", "–", "not tried"
}

func build(c Connection) view {
	v := view{Title: plain(c.Name), When: c.When.UTC().Format("2 January 2006, 15:04") + " UTC", Ferry: plain(c.Ferry)}
	if v.Title == "" {
		v.Title = plain(c.Org)
	}
	v.mending(c)
	v.verdict(c)
	v.facts(c)
	for _, k := range c.Checks {
		v.Checks = append(v.Checks, oneCheck(k))
	}
	v.rights(c)
	for _, h := range c.Hidden {
		one := hidden{Name: plain(h.Table.Display), Logical: plain(h.Table.Logical)}
		for _, f := range h.Fields {
			one.Fields = append(one.Fields, named(f.Display, f.Name))
		}
		v.Hidden = append(v.Hidden, one)
	}
	if c.Halo {
		v.Halo = forHalo(c)
	}
	return v
}

func (v *view) verdict(c Connection) {
	switch {
	case len(c.Checks) == 0:
		v.Verdict, v.State, v.Remark = "Connection not tested", "untried", "Nothing was tested, so nothing is known."
	case !core.Available(c.Checks):
		v.Verdict, v.State, v.Remark = "Connection unavailable", "failed", "Something below must be mended before anything can be read."
	case len(v.Mend) > 0:
		v.Verdict, v.State, v.Remark = "Connection available", "warned", "It works. Look at what is listed below before you rely on it in production."
	default:
		v.Verdict, v.State, v.Remark = "Connection available", "passed", "Everything that was tested works."
	}
}

// mending lists what failed, then what warns, then what the report itself notices.
func (v *view) mending(c Connection) {
	codes := make(map[string]bool)
	for _, state := range []core.CheckState{core.CheckFailed, core.CheckWarned} {
		for _, k := range c.Checks {
			if k.State != state || k.Fault == nil {
				continue
			}
			m := mend{Step: plain(k.Title), Cause: plain(k.Fault.Cause), Remedy: plain(k.Fault.Remedy), Owner: owner(k.Fault)}
			m.State, m.Sign, m.Word = stateWords(state)
			v.Mend = append(v.Mend, m)
			codes[k.Fault.Code] = true
		}
	}
	told := func(part string) bool {
		for code := range codes {
			if strings.Contains(code, part) {
				return true
			}
		}
		return false
	}
	if c.HasSecret && !told("credential") && !told("secret") {
		v.secretLife(c)
	}
}

// secretLife warns of a secret that ends soon, or of which the end is not known.
func (v *view) secretLife(c Connection) {
	m := mend{Step: "Client secret", Owner: string(core.EntraAdmin), Remedy: "Have a new secret made in time. In Ferry, Replace secret tests the new one before the old one is forgotten."}
	m.State, m.Sign, m.Word = stateWords(core.CheckWarned)
	days, known := daysLeft(c.SecretExpires, c.When)
	switch {
	case !known:
		m.Cause, m.Remedy = "Nobody has said when the client secret ends.", "Look it up under Certificates & secrets and note the date in Ferry, so that it can warn you."
	case days < 0:
		m.Cause = "By the date that was noted the client secret has ended."
	case days < 30:
		m.Cause = fmt.Sprintf("The client secret ends in %s.", count(days, "day"))
	default:
		return
	}
	v.Mend = append(v.Mend, m)
}

func daysLeft(date string, now time.Time) (int, bool) {
	end, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0, false
	}
	day := now.UTC().Truncate(24 * time.Hour)
	return int(end.Sub(day) / (24 * time.Hour)), true
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (v *view) facts(c Connection) {
	into := &v.Environment
	add := func(name, value string) {
		if value = plain(value); value != "" {
			*into = append(*into, fact{name, value})
		}
	}
	kind := map[string]string{"test": "a test environment", "live": "a live environment"}[c.Kind]
	add("Address", c.Org)
	add("Name", c.Environment)
	add("Used as", kind)
	add("Region", c.Region)
	add("Cloud", c.Cloud)
	add("Tenant", c.Tenant)
	add("Version", c.Version)
	add("Reached by the proxy", c.Via)
	into = &v.SignIn
	add("How", c.SignIn)
	add("Who", c.Who)
	add("Application (client) ID", c.ClientID)
	if c.HasSecret {
		add("Client secret", "is not in this report")
		add("Client secret ends", life(c.SecretExpires, c.When))
	}
	add("Certificate", c.Certificate.Subject)
	add("Thumbprint", c.Certificate.Thumbprint)
	if c.Certificate != (Thumbnail{}) {
		add("Certificate ends", life(c.Certificate.Expires, c.When))
	}
}

func life(date string, now time.Time) string {
	days, known := daysLeft(date, now)
	switch {
	case !known:
		return "not known"
	case days < 0:
		return date + " (has ended)"
	}
	return date + " (in " + count(days, "day") + ")"
}

func oneCheck(k core.Check) check {
	c := check{Title: plain(k.Title), Detail: plain(k.Detail)}
	c.State, c.Sign, c.Word = stateWords(k.State)
	if f := k.Fault; f != nil && (k.State == core.CheckFailed || k.State == core.CheckWarned) {
		c.Cause, c.Remedy, c.Owner, c.Link, c.Details = plain(f.Cause), plain(f.Remedy), owner(f), link(f.Link), plain(f.Details)
	}
	return c
}

func owner(f *core.Fault) string {
	if f.Owner == core.You {
		return "you, who use Ferry"
	}
	return plain(string(f.Owner))
}

// rights are what the caller knows, or else what the steps of the test say.
func (v *view) rights(c Connection) {
	if len(c.Rights) == 0 {
		c.Rights = fromChecks(c.Checks)
	}
	for _, r := range c.Rights {
		one := right{Name: plain(r.Table.Display), Logical: plain(r.Table.Logical), Read: depth(r), Note: plain(r.Note)}
		one.State, one.Sign, one.Word = stateWords(r.State)
		v.Depths = v.Depths || one.Read != ""
		switch r.Track {
		case core.CheckPassed:
			one.Track = "on"
		case core.CheckWarned, core.CheckFailed:
			one.Track = "off or not for us"
		}
		if one.Name == "" {
			one.Name = one.Logical
		}
		v.Rights = append(v.Rights, one)
	}
}

// Steps about one table carry its logical name in their ID.
const (
	readStep  = "read-"
	trackStep = "tracking-"
)

func fromChecks(checks []core.Check) []Right {
	var rights []Right
	for _, k := range checks {
		if table, ok := strings.CutPrefix(k.ID, readStep); ok {
			name := strings.TrimPrefix(k.Title, "May read ")
			rights = append(rights, Right{Table: core.TableName{Logical: table, Display: name}, State: k.State, Note: k.Detail})
		}
		if table, ok := strings.CutPrefix(k.ID, trackStep); ok {
			if i := slices.IndexFunc(rights, func(r Right) bool { return r.Table.Logical == table }); i >= 0 {
				rights[i].Track = k.State
			}
		}
	}
	return rights
}

func depth(r Right) string {
	if !r.Known {
		return ""
	}
	switch r.Read {
	case core.DepthGlobal:
		return "all records"
	case core.DepthUnits:
		return "one's business unit and those below it"
	case core.DepthUnit:
		return "one's business unit only"
	case core.DepthUser:
		return "one's own records only"
	}
	return "none"
}

func named(display, logical string) string {
	display, logical = plain(display), plain(logical)
	if display == "" || display == logical {
		return logical
	}
	return display + " (" + logical + ")"
}

// link is an address that may be opened: https, of a host, and nothing else.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || plain(address) != address {
		return ""
	}
	return u.String()
}

// plain shows what cannot be seen, or would change the direction of writing, by its number; line ends become blanks.
func plain(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) > 4000 {
		text = strings.ToValidUTF8(text[:4000], "") + " …"
	}
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

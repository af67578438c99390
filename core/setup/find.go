package setup

import (
	"sort"
	"strings"

	"ferry/core"
)

// Find looks through anything that was pasted, a whole mail for example, for the values of a connection. org tells whether
// a text is the address of an environment and returns it tidied up. Nothing of the text is kept but what is returned.
func Find(text string, org func(string) (string, bool)) Found {
	f := newFinder(tidy(text), org)
	f.passwords()
	f.label()
	f.address()
	f.ids()
	f.secret()
	f.expires()
	f.missing()
	return f.hushed()
}

// WithTenant settles what was uncertain once the environment itself has said which tenant it belongs to: a GUID that was
// taken for the client ID and is the tenant changes places. A mail that surely names another tenant is told so.
func (f Found) WithTenant(tenant string) Found {
	tenant = strings.ToLower(strings.TrimSpace(tenant))
	if !isGUID(tenant) || f.Empty() {
		return f
	}
	was, client := f.Tenant, f.ClientID
	guessed, rest := false, []string(nil)
	for _, n := range f.Notes {
		if n.Kind == NoteUncertain && (n.Field == FieldTenant || n.Field == FieldClientID) {
			guessed = true
			rest = append(rest, n.Offer...)
		}
	}
	f.Tenant = tenant
	if client == tenant || client == "" {
		f.ClientID = ""
		if rest = distinct(without(append([]string{was}, rest...), tenant)); len(rest) == 1 {
			f.ClientID = rest[0]
		}
	}
	notes := make([]Note, 0, len(f.Notes)+1)
	for _, n := range f.Notes {
		settled := n.Field == FieldTenant || n.Field == FieldClientID && guessed && f.ClientID != "" && (was == tenant || f.ClientID != client) && len(n.Offer) <= 2
		if !settled || n.Field == FieldClientID && n.Kind == NoteObjectID {
			notes = append(notes, n)
		}
	}
	if f.ClientID != "" && f.ClientID != client {
		notes = append(notes, Note{Kind: NoteTaken, Field: FieldClientID, Text: "Client ID: " + f.ClientID})
	}
	if isGUID(was) && was != tenant && was != f.ClientID && !guessed {
		notes = append(notes, Note{Kind: NoteUncertain, Field: FieldTenant, Offer: []string{tenant, was},
			Text: "The environment belongs to another tenant than the one that was pasted. The environment's was taken: " + tenant + ". Is the address right?"})
	} else {
		notes = append(notes, Note{Kind: NoteTaken, Field: FieldTenant, Text: "Tenant: " + tenant + ", as the environment says"})
	}
	f.Notes = notes
	return f
}

// without are the GUIDs of a list but one.
func without(ids []string, one string) []string {
	var out []string
	for _, id := range ids {
		if id != one && isGUID(id) {
			out = append(out, id)
		}
	}
	return out
}

func distinct(values []string) []string {
	var out []string
	seen := make(map[string]bool)
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// A finder is one Find.
type finder struct {
	Found
	org    func(string) (string, bool)
	text   string
	lines  []line
	values []value
	read   reader

	passwordLeft bool // a password of something else was left out
}

// A line is one line of the text and the values that begin on it.
type line struct {
	start, end  int
	first, next int // values[first:next]
}

func newFinder(text string, org func(string) (string, bool)) *finder {
	f := &finder{org: org, text: text, values: collect(text), read: reader{allNames}}
	f.split()
	return f
}

// split finds the lines, and the values of each.
func (f *finder) split() {
	f.lines = f.lines[:0]
	v := 0
	for start := 0; start < len(f.text); {
		end := strings.IndexByte(f.text[start:], '\n')
		if end < 0 {
			end = len(f.text) - start
		}
		l := line{start: start, end: start + end, first: v}
		for v < len(f.values) && f.values[v].start <= l.end {
			v++
		}
		l.next = v
		f.lines = append(f.lines, l)
		start = l.end + 1
	}
}

// address takes the address of the environment: Dynamics' own hosts first, then what is labelled as one.
func (f *finder) address() {
	var left []string
	var found []string
	asked := 0
	try := func(good func(v *value) bool) {
		for i := range f.values {
			v := &f.values[i]
			if v.kind != kindURL && v.kind != kindDomain || asked >= 200 || !good(v) {
				continue
			}
			asked++
			text := v.text
			if v.kind == kindDomain {
				text = "https://" + text
			}
			if org, ok := f.org(text); ok {
				found = append(found, org)
			}
		}
	}
	try(func(v *value) bool { return v.kind == kindURL && v.class == classOrg && v.strong && !portal(v.text) })
	try(func(v *value) bool { return v.kind == kindURL && onlineShape.MatchString(v.text) })
	if len(found) == 0 {
		try(func(v *value) bool {
			return v.kind == kindURL && v.class == classOrg && !portal(v.text) && !strings.Contains(v.text, "://www.")
		})
	}
	if len(found) == 0 {
		try(func(v *value) bool { return v.kind == kindDomain && v.class == classOrg && v.strong })
	}
	for _, v := range f.values {
		if len(found) == 0 && v.kind == kindURL && v.class == classOrg && !portal(v.text) {
			left = append(left, v.text)
		}
	}
	found = distinct(found)
	switch {
	case len(found) == 0 && len(left) > 0:
		f.note(NoteAddress, FieldOrg, "An address was left out: it is not the address of an environment, which looks like https://contoso.crm.dynamics.com.")
	case len(found) == 1:
		f.Org = found[0]
		f.note(NoteTaken, FieldOrg, "Address: "+f.Org)
	case len(found) > 1:
		f.Org = found[0]
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: "There are several addresses. The first one was taken: " + f.Org + ". Choose another one if you mean it.", Field: FieldOrg, Offer: found})
	}
}

// portal recognises addresses that stand in every such mail and are no environment's.
func portal(address string) bool {
	a := strings.ToLower(address)
	for _, host := range []string{
		"login.microsoftonline.", "login.windows.net", "login.microsoft.com", "sts.windows.net", "portal.azure.", "entra.microsoft", "learn.microsoft.com",
		"docs.microsoft.com", "aka.ms/", "graph.microsoft.", "localhost", "admin.powerplatform.", "make.powerapps.", "api://", "/oauth2/", "/adfs/",
	} {
		if strings.Contains(a, host) {
			return true
		}
	}
	return false
}

// secret takes the client secret.
func (f *finder) secret() {
	var taken, unsure, weak []string
	for _, v := range f.values {
		switch {
		case v.kind == kindSecret && v.class != classOther:
			taken = append(taken, v.text)
		case v.kind == kindToken && v.class == classSecret && v.strong:
			unsure = append(unsure, v.text)
		case v.kind == kindToken && v.class == classSecret:
			weak = append(weak, v.text)
		}
	}
	taken = distinct(append(append(taken, unsure...), weak...))
	var loose, ids int
	for _, v := range f.values {
		if v.kind == kindToken && v.class == classNone && !strings.HasPrefix(v.text, "eyJ") && !strings.HasPrefix(v.text, "/") {
			loose++
		}
		if v.kind == kindGUID && v.class == classSecretID {
			ids++
		}
	}
	switch {
	case len(taken) > 0:
		f.Secret = core.NewSecret(taken[0])
		f.note(NoteTaken, FieldSecret, "Client secret: found. It stays hidden.")
		if len(taken) > 1 {
			f.note(NoteSecret, FieldSecret, "There are several secrets. The first one was taken; if it does not work, paste the other one alone.")
		}
		if ids > 0 {
			f.Notes = append(f.Notes, Note{Kind: NoteSecretID, Field: FieldSecret, Text: "The ID of the secret was left out: it is not needed.", quiet: true})
		}
	case ids > 0:
		f.note(NoteSecretID, FieldSecret, "This is the ID of the secret, not its Value. In Certificates & secrets, copy what stands under Value. It is shown only once: if it is hidden by now, make a new secret.")
	case f.passwordLeft:
		f.note(NoteSecret, FieldSecret, "A password was left out: Ferry needs the client secret of the app registration, and never a person's password.")
	case masked.MatchString(f.text):
		f.note(NoteSecret, FieldSecret, "The secret is not shown in full. Entra shows its Value only once: if it is hidden by now, make a new secret and copy its Value at once.")
	case loose > 0:
		f.note(NoteSecret, FieldSecret, "Something that could be a secret was left out, because nothing says that it is one. If it is, paste it into the field Client secret.")
	}
}

// expires takes the end of the secret.
func (f *finder) expires() {
	var date, other string
	for _, v := range f.values {
		if v.kind == kindDate && v.class == classExpires && (date == "" || f.byDay() && v.other != "") {
			date, other = v.text, v.other
			break
		}
	}
	switch {
	case date == "":
	case other == "":
		f.SecretExpires = date
		f.note(NoteTaken, FieldExpires, "The secret ends on "+date+".")
	case f.byDay():
		f.SecretExpires = date
		f.note(NoteTaken, FieldExpires, "The secret ends on "+date+".")
	default:
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: "The secret ends on " + date + " or on " + other + ": the date can be read both ways. Choose one.", Field: FieldExpires, Offer: []string{date, other}})
	}
}

// byDay reports whether the text is in a language that writes the day first.
func (f *finder) byDay() bool {
	return dayFirst.MatchString(plainWords(f.text[:min(len(f.text), 1<<16)]))
}

func (f *finder) missing() {
	if f.Empty() {
		f.Notes = append(f.Notes, Note{Kind: NoteMissing, Text: "Nothing was found that Ferry can use: no address, no IDs and no secret."})
		return
	}
	if f.ClientID == "" {
		f.note(NoteMissing, FieldClientID, "The client ID is missing.")
	}
}

func (f *finder) note(k NoteKind, field Field, text string) {
	f.Notes = append(f.Notes, Note{Kind: k, Text: text, Field: field})
}

// hushed returns what was found. Whatever happened, the secret stands in no note.
func (f *finder) hushed() Found {
	found := f.Found
	secret := found.Secret.Reveal()
	if secret == "" {
		return found
	}
	for i, n := range found.Notes {
		found.Notes[i].Text = strings.ReplaceAll(n.Text, secret, "•••")
		for j, o := range n.Offer {
			found.Notes[i].Offer[j] = strings.ReplaceAll(o, secret, "•••")
		}
	}
	return found
}

// ranked are the distinct GUIDs of a class, the surest first, each side in the order of the text.
func (f *finder) ranked(c class) (ids []string, sure int) {
	var strong, weak []string
	for _, v := range f.values {
		if v.kind != kindGUID || v.class != c {
			continue
		}
		if v.strong {
			strong = append(strong, v.text)
		} else {
			weak = append(weak, v.text)
		}
	}
	strong = distinct(strong)
	return distinct(append(strong, weak...)), len(strong)
}

func sorted(values []value) {
	sort.SliceStable(values, func(i, j int) bool { return values[i].start < values[j].start })
}

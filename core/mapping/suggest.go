package mapping

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
)

// A Confidence says how sure a Suggestion is.
type Confidence string

const (
	Exact  Confidence = "exact"
	Likely Confidence = "likely"
	Guess  Confidence = "guess"
)

// A Suggestion is a field for a column that nothing goes to yet.
type Suggestion struct {
	From       string
	To         string
	Reason     string // "same label"
	Confidence Confidence
}

// Samples are some records of the source, to look at what fields really hold. They are never saved.
type Samples struct {
	Fields  []string
	Records []core.Record
}

// Suggest finds fields for the columns that nothing goes to: by logical name, by label, by words of both, and by what
// the samples look like. What is mapped already is never touched, and each field and column is suggested once. The surest
// come first.
func (d *Draft) Suggest(s Samples) []Suggestion {
	if d.dest == nil {
		return d.suggestFree()
	}
	m := matcher{d: d, x: d.look(), samples: s, taken: map[int]bool{}, looks: map[int]look{}}
	for i := range d.m.Columns {
		if at, ok := m.x.byName[strings.ToLower(d.m.Columns[i].Field)]; ok && d.m.Columns[i].From == FromField {
			m.taken[at] = true
		}
	}
	var open []*core.Field
	for i := range d.dest.Fields {
		if f := &d.dest.Fields[i]; f.Writable && f.Name != d.dest.Key && d.find(f.Name) < 0 {
			open = append(open, f)
		}
	}
	var out []Suggestion
	for _, find := range []func(*core.Field) (int, string, Confidence){m.sameName, m.sameLabel, m.sameBare, m.synonym, m.likeWords, m.likeSamples} {
		var rest []*core.Field
		for _, to := range open {
			at, why, sure := find(to)
			if at < 0 {
				rest = append(rest, to)
				continue
			}
			m.taken[at] = true
			out = append(out, Suggestion{d.source.Fields[at].Name, to.Name, why, sure})
		}
		open = rest
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int { return cmp.Compare(sureness(a.Confidence), sureness(b.Confidence)) })
	return out
}

func sureness(c Confidence) int {
	return slices.Index([]Confidence{Exact, Likely, Guess}, c)
}

// suggestFree offers every field that is not mapped under its own name.
func (d *Draft) suggestFree() []Suggestion {
	to := d.columnsByField()
	var out []Suggestion
	for _, b := range Default(d.source).Columns {
		if b.Part == Whole && len(to[b.Field]) == 0 && d.find(b.Column) < 0 {
			out = append(out, Suggestion{b.Field, b.Column, "its own name", Exact})
		}
	}
	return out
}

// Accept maps suggestions, as one step, and tells how many. Those whose column or field got something else meanwhile are
// passed over.
func (d *Draft) Accept(all ...Suggestion) (int, error) {
	n := 0
	err := d.do("accept suggestions", func(m *Mapping) error {
		bound := map[string]bool{}
		for _, b := range m.Columns {
			bound[strings.ToLower(b.Column)] = true
		}
		for _, s := range all {
			if bound[strings.ToLower(s.To)] {
				continue
			}
			b, err := d.bound(s.From, s.To)
			if err != nil {
				continue
			}
			bound[strings.ToLower(s.To)] = true
			m.Columns = append(m.Columns, b)
			n++
		}
		if n == 0 {
			return cannotBind(d, "nothing-to-accept", "None of these can be mapped any more.", "Choose Suggest again.", "")
		}
		return nil
	})
	return n, err
}

// Why says how a field and a column go together, for a pair that is mapped; false when nothing but a person knows.
func (d *Draft) Why(column string) (Suggestion, bool) {
	i := d.find(column)
	to := d.there(column)
	if i < 0 || to == nil || d.m.Columns[i].From != FromField {
		return Suggestion{}, false
	}
	at, ok := d.look().byName[strings.ToLower(d.m.Columns[i].Field)]
	if !ok {
		return Suggestion{}, false
	}
	m := matcher{d: d, x: d.look(), taken: map[int]bool{}, looks: map[int]look{}}
	for _, find := range []func(*core.Field) (int, string, Confidence){m.sameName, m.sameLabel, m.sameBare, m.synonym, m.likeWords} {
		if got, why, sure := find(to); got == at {
			return Suggestion{d.m.Columns[i].Field, column, why, sure}, true
		}
	}
	return Suggestion{}, false
}

// A matcher finds a field for a column.
type matcher struct {
	d       *Draft
	x       *index
	samples Samples
	taken   map[int]bool
	looks   map[int]look
}

// free is the only one of some fields that fits and is not taken; -1 when there is none or more than one.
func (m *matcher) free(to *core.Field, among []int) int {
	found := -1
	for _, i := range among {
		if m.taken[i] || !FitsField(m.d.source.Fields[i], *to).OK || i == found {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

func (m *matcher) sameName(to *core.Field) (int, string, Confidence) {
	i, ok := m.x.byName[strings.ToLower(to.Name)]
	if !ok {
		return -1, "", ""
	}
	return m.free(to, []int{i}), "same logical name", Exact
}

func (m *matcher) sameLabel(to *core.Field) (int, string, Confidence) {
	return m.free(to, m.x.byLabel[fold(to.Display)]), "same label", Exact
}

func (m *matcher) sameBare(to *core.Field) (int, string, Confidence) {
	among := slices.Concat(m.x.byBare[bare(to.Name)], m.x.byBare[bare(to.Display)])
	return m.free(to, among), "same name but for its form", Likely
}

// synonyms are other names by which the same thing goes in Dynamics. They were chosen by hand from the standard tables.
var synonyms = map[string][]string{
	"phone": {"telephone1"}, "phonenumber": {"telephone1"}, "mainphone": {"telephone1"}, "telephone": {"telephone1"},
	"mobile": {"mobilephone"}, "mobilenumber": {"mobilephone"}, "cellphone": {"mobilephone"}, "fax": {"fax"},
	"email": {"emailaddress1"}, "emailaddress": {"emailaddress1"}, "mail": {"emailaddress1"},
	"website": {"websiteurl"}, "web": {"websiteurl"}, "url": {"websiteurl"},
	"street": {"address1line1"}, "address": {"address1composite", "address1line1"}, "line1": {"address1line1"}, "line2": {"address1line2"},
	"postcode": {"address1postalcode"}, "zip": {"address1postalcode"}, "zipcode": {"address1postalcode"}, "city": {"address1city"}, "town": {"address1city"},
	"country": {"address1country"}, "county": {"address1stateorprovince"}, "state": {"address1stateorprovince"}, "region": {"address1stateorprovince"},
	"surname": {"lastname"}, "familyname": {"lastname"}, "givenname": {"firstname"}, "name": {"name", "fullname"}, "fullname": {"fullname"},
	"notes": {"description"}, "note": {"description"}, "comments": {"description"}, "title": {"jobtitle"}, "position": {"jobtitle"},
	"sector": {"industrycode"}, "industry": {"industrycode"}, "employees": {"numberofemployees"}, "staff": {"numberofemployees"},
	"turnover": {"revenue"}, "annualrevenue": {"revenue"}, "reference": {"accountnumber"}, "ref": {"accountnumber"}, "customernumber": {"accountnumber"},
	"customer": {"parentcustomerid"}, "client": {"parentcustomerid"}, "company": {"parentcustomerid"}, "parent": {"parentaccountid"},
	"maincontact": {"primarycontactid"}, "birthday": {"birthdate"}, "dateofbirth": {"birthdate"}, "gender": {"gendercode"}, "owner": {"ownerid"},
	"accountmanager": {"ownerid"}, "currency": {"transactioncurrencyid"},
}

func (m *matcher) synonym(to *core.Field) (int, string, Confidence) {
	for _, name := range []string{bare(to.Name), bare(to.Display)} {
		for _, other := range synonyms[name] {
			for _, i := range m.x.byBareExact(other) {
				if at := m.free(to, []int{i}); at >= 0 {
					return at, "another word for the same", Likely
				}
			}
		}
	}
	return -1, "", ""
}

// byBareExact are the fields whose logical name has these letters and digits.
func (x *index) byBareExact(name string) []int {
	if i, ok := x.byName[name]; ok {
		return []int{i}
	}
	if rest, ok := strings.CutPrefix(name, "address1"); ok && rest != "" {
		if i, ok := x.byName["address1_"+rest]; ok {
			return []int{i}
		}
	}
	return nil
}

// likeWords takes the field that shares most words with the column, where one shares more than all others.
func (m *matcher) likeWords(to *core.Field) (int, string, Confidence) {
	wanted := words(to.Name, to.Display)
	if len(wanted) == 0 {
		return -1, "", ""
	}
	shared := map[int]int{}
	for _, w := range wanted {
		for _, i := range m.x.byWord[w] {
			shared[i]++
		}
	}
	best, most, tie := -1, 0, false
	for i, n := range shared {
		if m.taken[i] || n < most || !FitsField(m.d.source.Fields[i], *to).OK {
			continue
		}
		tie = n == most
		best, most = i, n
	}
	if tie || most*2 < len(wanted) {
		return -1, "", ""
	}
	return best, "both speak of " + sharedWords(wanted, words(m.d.source.Fields[best].Name, m.d.source.Fields[best].Display)), Guess
}

func sharedWords(a, b []string) string {
	var out []string
	for _, w := range a {
		if slices.Contains(b, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

// A look is what the samples of a field look like.
type look uint8

const (
	lookUnknown look = iota
	lookMail
	lookPhone
	lookWeb
	lookGUID
)

var looksLike = []struct {
	look  look
	shape *regexp.Regexp
	title string
	words []string
}{
	{lookMail, regexp.MustCompile(`^[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s]{2,24}$`), "samples are e-mail addresses", []string{"mail", "email", "emailaddress"}},
	{lookWeb, regexp.MustCompile(`^(https?://|www\.)\S{3,500}$`), "samples are web addresses", []string{"web", "website", "url", "homepage"}},
	{lookPhone, regexp.MustCompile(`^\+?[0-9][0-9 ()/.-]{5,24}$`), "samples are phone numbers", []string{"phone", "telephone", "tel", "mobile", "phonenumber"}},
}

// likeSamples takes the one field whose samples look like what the column's name promises.
func (m *matcher) likeSamples(to *core.Field) (int, string, Confidence) {
	names := append(words(to.Name, to.Display), bare(to.Name), bare(to.Display))
	for _, l := range looksLike {
		if !slices.ContainsFunc(names, func(w string) bool { return slices.Contains(l.words, w) }) {
			continue
		}
		var among []int
		for at, name := range m.samples.Fields {
			if i, ok := m.x.byName[strings.ToLower(name)]; ok && m.look(i, at) == l.look {
				among = append(among, i)
			}
		}
		if i := m.free(to, among); i >= 0 {
			return i, l.title, Guess
		}
	}
	return -1, "", ""
}

// look tells what nearly all samples of a field look like.
func (m *matcher) look(field, at int) look {
	if l, ok := m.looks[field]; ok {
		return l
	}
	out := lookUnknown
	filled, hits := 0, make([]int, len(looksLike))
	for _, r := range m.samples.Records[:min(len(m.samples.Records), 50)] {
		if at >= len(r.Values) || r.Values[at].Kind() != core.KindText || blank(r.Values[at]) {
			continue
		}
		filled++
		for i, l := range looksLike {
			if l.shape.MatchString(strings.TrimSpace(r.Values[at].AsText())) {
				hits[i]++
				break
			}
		}
	}
	for i, n := range hits {
		if filled >= 2 && n*10 >= filled*8 {
			out = looksLike[i].look
		}
	}
	m.looks[field] = out
	return out
}

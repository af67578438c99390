package transform

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // Windows has no list of time zones that Go can read

	"golang.org/x/text/language"

	"ferry/core"
)

// A Param is one setting of a Transform. Its value is saved as text.
type Param struct {
	Name     string // saved; never changes
	Title    string
	Help     string
	Kind     ParamKind
	Default  string
	Required bool
	Choices  []Choice // of ParamChoice
	Min, Max int      // of ParamNumber
}

// A ParamKind says how a Param is edited and what it may hold.
type ParamKind string

const (
	ParamText     ParamKind = "text"
	ParamNumber   ParamKind = "number"
	ParamChoice   ParamKind = "choice"
	ParamYesNo    ParamKind = "yesno"    // "yes" or "no"
	ParamField    ParamKind = "field"    // one logical name
	ParamFields   ParamKind = "fields"   // logical names, with commas between
	ParamTemplate ParamKind = "template" // text with {{logical name}} in it
	ParamFormat   ParamKind = "format"   // of dates: DD.MM.YYYY
	ParamZone     ParamKind = "zone"     // a name of the IANA list, "UTC", or "" for the project's
	ParamCountry  ParamKind = "country"  // two letters of ISO 3166
	ParamLanguage ParamKind = "language" // a BCP 47 tag, or "" for the project's
	ParamWords    ParamKind = "words"    // words with commas between
)

// A Choice is one value a Param can have.
type Choice struct{ Value, Title string }

// Field returns the Param of that name, or nil.
func (t *Transform) Param(name string) *Param {
	for i := range t.Params {
		if t.Params[i].Name == name {
			return &t.Params[i]
		}
	}
	return nil
}

const (
	refuse = "refuse"
	keep   = "keep"
	empty  = "empty"
)

// otherwise is the Param that every Transform has which may meet a value that it cannot read.
func otherwise(standard string) Param {
	return Param{
		Name: "otherwise", Title: "When it cannot be read", Kind: ParamChoice, Default: standard,
		Help: "What becomes of a value that this step cannot read.",
		Choices: []Choice{
			{refuse, "Refuse the record, so that somebody looks at it"},
			{keep, "Keep the value as it is"},
			{empty, "Leave it empty"},
		},
	}
}

// zoneParam is the Param for the time zone in which a day or clock time is meant.
func zoneParam() Param {
	return Param{
		Name: "zone", Title: "Time zone", Kind: ParamZone,
		Help: "The zone in which the date is meant, such as Europe/Berlin. Without one it is the project's. A Dynamics field that is independent of time zones is never moved.",
	}
}

// A build reads the params of one step and gathers what is wrong with them.
type build struct {
	t        *Transform
	step     Step
	at       int
	env      Env
	in       Kinds // what may come in
	begins   bool  // no value stands before this step
	gives    Kinds // what may come out, when make narrows or widens Transform.Gives
	problems []Problem
}

// wrong notes a Problem with a param.
func (b *build) wrong(param string, f *core.Fault) {
	b.problems = append(b.problems, Problem{Step: b.at, Param: param, Fault: f})
}

// text is the value of a param, or its default.
func (b *build) text(name string) string {
	p := b.t.Param(name)
	v, set := b.step.Params[name]
	if !set || (v == "" && p.Kind != ParamText) {
		v = p.Default
	}
	if v == "" && p.Required {
		b.wrong(name, missing(b.t, *p))
	}
	return v
}

func (b *build) bad(name, value, remedy string) {
	b.wrong(name, badParam(b.t, *b.t.Param(name), value, remedy))
}

func (b *build) number(name string) int {
	v, p := b.text(name), b.t.Param(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n < p.Min || n > p.Max {
		b.bad(name, v, "Enter a whole number from "+strconv.Itoa(p.Min)+" to "+strconv.Itoa(p.Max)+".")
		return p.Min
	}
	return n
}

func (b *build) choice(name string) string {
	v, p := b.text(name), b.t.Param(name)
	var titles []string
	for _, c := range p.Choices {
		if c.Value == v {
			return v
		}
		titles = append(titles, "“"+c.Title+"”")
	}
	if v != "" {
		b.bad(name, v, "Choose one of "+strings.Join(titles, ", ")+".")
	}
	return p.Default
}

func (b *build) yes(name string) bool {
	v := b.text(name)
	if v != "yes" && v != "no" && v != "" {
		b.bad(name, v, "Choose yes or no.")
	}
	return v == "yes"
}

// otherwise tells what to do with a value that cannot be read; wants says what it should have been.
func (b *build) otherwise(wants string) Func {
	field := b.env.Input.Name
	title := b.t.Title
	switch b.choice("otherwise") {
	case keep:
		b.gives |= b.in & b.t.Takes
		return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) { return v, nil }
	case empty:
		return func(core.Value, []core.Value) (core.Value, *core.Fault) { return core.Null(), nil }
	default:
		return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
			return core.Null(), unreadable(title, wants, field, v)
		}
	}
}

func (b *build) zone(name string) *time.Location {
	v := strings.TrimSpace(b.text(name))
	switch v {
	case "":
		if b.env.Location != nil {
			return b.env.Location
		}
		return time.UTC
	case "UTC":
		return time.UTC
	}
	l, err := time.LoadLocation(v)
	if err != nil || v == "Local" || len(v) > 64 {
		b.bad(name, v, "Choose a zone from the list, such as Europe/Berlin, America/New_York or UTC.")
		return time.UTC
	}
	return l
}

// language is the one that a param names, else the project's, else English. Without a name it is the project's.
func (b *build) language(name string) language.Tag {
	v := ""
	if name != "" {
		v = b.text(name)
	}
	asked := v != ""
	if !asked {
		v = b.env.Language
	}
	if v == "" {
		return language.English
	}
	tag, err := language.Parse(v)
	if err != nil || len(v) > 64 {
		if asked {
			b.bad(name, v, "Enter the short name of a language, such as en, de or pt-BR.")
		}
		return language.English
	}
	return tag
}

func (b *build) country(name string) string {
	v := strings.ToUpper(strings.TrimSpace(b.text(name)))
	if v != "" && !isCountry(v) {
		b.bad(name, v, "Enter the two letters of a country, such as DE, GB or US.")
		return ""
	}
	return v
}

func (b *build) pattern(name string) *regexp.Regexp {
	v := b.text(name)
	r, err := regexp.Compile(v)
	if err != nil {
		b.bad(name, v, "Check brackets and signs such as * + ? ( ) [ ]. A sign that is meant as itself needs a \\ before it.")
		return nil
	}
	return r
}

func (b *build) words(name string) []string {
	var words []string
	for w := range strings.SplitSeq(b.text(name), ",") {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// A other is a field of the same record, ready to be read.
type other struct {
	at    int
	field core.Field
}

// of reads the field from a row; a row that is too short knows nothing of it.
func (o other) of(row []core.Value) core.Value {
	if o.at < 0 || o.at >= len(row) {
		return core.Value{}
	}
	return row[o.at]
}

// find looks a field up for the param that names it.
func (b *build) find(param, name string) (other, bool) {
	if b.env.Field != nil && name != "" {
		if at, f, ok := b.env.Field(name); ok {
			return other{at, f}, true
		}
	}
	b.wrong(param, noField(b.t, *b.t.Param(param), name))
	return other{at: -1}, false
}

// others looks up all fields that a param of names lists.
func (b *build) others(name string) []other {
	var all []other
	for _, w := range b.words(name) {
		if o, ok := b.find(name, w); ok {
			all = append(all, o)
		}
	}
	return all
}

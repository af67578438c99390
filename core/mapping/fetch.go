package mapping

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"ferry/core"
)

// largestFetch is how long a FetchXML text may be.
const largestFetch = 1 << 20

// A fetchNode is one element of FetchXML.
type fetchNode struct {
	XMLName    xml.Name
	Name       string      `xml:"name,attr"`
	Type       string      `xml:"type,attr"`
	Attribute  string      `xml:"attribute,attr"`
	Operator   string      `xml:"operator,attr"`
	Value      string      `xml:"value,attr"`
	From       string      `xml:"from,attr"`
	To         string      `xml:"to,attr"`
	LinkType   string      `xml:"link-type,attr"`
	Entity     string      `xml:"entityname,attr"`
	ValueOf    string      `xml:"valueof,attr"`
	Top        string      `xml:"top,attr"`
	Aggregate  string      `xml:"aggregate,attr"`
	Children   []fetchNode `xml:",any"`
	Characters string      `xml:",chardata"`
}

// ReadFetch reads the filter of a FetchXML query, such as advanced find gives it, as one that can be edited. Columns and
// order are left out: the mapping has its own. What it cannot keep is a Fault; it never keeps half of a filter.
//
// Web API: "FetchXML reference": fetch, entity, filter, condition, link-entity.
func ReadFetch(text string, t core.Table) (Filter, error) {
	fault := func(cause, remedy string) error {
		return &core.Fault{Kind: core.Wrong, Code: "mapping.fetch-wrong", Owner: core.You, Cause: cause, Remedy: remedy, Subject: core.Subject{Table: t.Name.Logical}}
	}
	if len(text) > largestFetch {
		return Filter{}, fault("The FetchXML text is too long.", "Paste the query of one view only.")
	}
	dec := xml.NewDecoder(strings.NewReader(text))
	dec.Strict = true
	var root fetchNode
	if err := readShallow(dec, &root); err != nil || root.XMLName.Local != "fetch" {
		return Filter{}, fault("This is no FetchXML.", "In Dynamics, open the advanced find, choose Download FetchXML, and paste the whole text.")
	}
	if root.Top != "" || root.Aggregate == "true" {
		return Filter{}, fault("The query limits or adds up records, which a filter cannot.", "Take top and aggregate out of it.")
	}
	entities := slices.DeleteFunc(slices.Clone(root.Children), func(n fetchNode) bool { return n.XMLName.Local != "entity" })
	if len(entities) != 1 || entities[0].Name != t.Name.Logical {
		return Filter{}, fault("The query is about another table.", "Paste a query of "+t.Name.Logical+".")
	}
	f, err := readEntity(entities[0], t)
	if err != nil {
		return Filter{}, fault("Ferry cannot keep a part of this query: "+err.Error()+".", "Take that part out, or write the filter as OData.")
	}
	return f, nil
}

// readShallow reads a text that is not nested too deep.
func readShallow(dec *xml.Decoder, root *fetchNode) error {
	depth := 0
	var tokens []xml.Token
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch tok.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.Directive:
			return errors.New("a directive")
		}
		if depth > deepest || len(tokens) > 50000 {
			return errors.New("too deep")
		}
		tokens = append(tokens, xml.CopyToken(tok))
	}
	return xml.NewTokenDecoder(&tokenList{tokens}).Decode(root)
}

type tokenList struct{ rest []xml.Token }

func (l *tokenList) Token() (xml.Token, error) {
	if len(l.rest) == 0 {
		return nil, io.EOF
	}
	t := l.rest[0]
	l.rest = l.rest[1:]
	return t, nil
}

func readEntity(n fetchNode, t core.Table) (Filter, error) {
	var all []Filter
	for _, c := range n.Children {
		switch c.XMLName.Local {
		case "attribute", "all-attributes", "order", "no-attrs":
		case "filter":
			f, err := readFetchFilter(c, t)
			if err != nil {
				return Filter{}, err
			}
			all = append(all, f)
		case "link-entity":
			f, keep, err := readLink(c, t)
			if err != nil {
				return Filter{}, err
			}
			if keep {
				all = append(all, f)
			}
		default:
			return Filter{}, errors.New(c.XMLName.Local)
		}
	}
	return groupOf(all, false), nil
}

func groupOf(all []Filter, any bool) Filter {
	all = slices.DeleteFunc(all, Filter.IsZero)
	switch {
	case len(all) == 1:
		return all[0]
	case len(all) == 0:
		return Filter{}
	case any:
		return Filter{Any: all}
	}
	return Filter{All: all}
}

// readLink reads a step to a related table. An outer one without conditions only fetches columns, and is left out.
func readLink(n fetchNode, t core.Table) (f Filter, keep bool, err error) {
	where, err := readEntity(n, core.Table{})
	if err != nil {
		return f, false, err
	}
	if n.LinkType == "outer" {
		if where.IsZero() {
			return f, false, nil
		}
		return f, false, errors.New("conditions on an outer link")
	}
	if n.LinkType != "" && n.LinkType != "inner" && n.LinkType != "exists" && n.LinkType != "any" {
		return f, false, errors.New("link-type " + n.LinkType)
	}
	if l := t.Field(n.To); l != nil && l.Type.IsLookup() {
		return Filter{Related: &Related{Lookup: n.To, Table: n.Name, Where: where}}, true, nil
	}
	for _, r := range t.Relations {
		if r.Table == n.Name && r.Field == n.From {
			return Filter{Related: &Related{Relation: r.Name, Where: where}}, true, nil
		}
	}
	return f, false, errors.New("the link to " + n.Name)
}

func readFetchFilter(n fetchNode, t core.Table) (Filter, error) {
	var all []Filter
	for _, c := range n.Children {
		var f Filter
		var err error
		switch c.XMLName.Local {
		case "filter":
			f, err = readFetchFilter(c, t)
		case "condition":
			if f, err = readCondition(c); err == nil {
				f, err = instants(f, t)
			}
		default:
			err = errors.New(c.XMLName.Local)
		}
		if err != nil {
			return Filter{}, err
		}
		all = append(all, f)
	}
	return groupOf(all, n.Type == "or"), nil
}

// fetchOps are FetchXML's operators by name.
var fetchOps = map[string]Op{
	"eq": Is, "ne": IsNot, "neq": IsNot, "gt": Greater, "ge": AtLeast, "lt": Less, "le": AtMost, "in": IsAnyOf, "not-in": IsNoneOf,
	"null": IsEmpty, "not-null": IsFilled, "between": Between, "not-between": NotBetween, "begins-with": Begins, "not-begin-with": NotBegin,
	"ends-with": Ends, "not-end-with": NotEnd, "contain-values": HasAny, "not-contain-values": HasNone, "eq-userid": IsMe, "ne-userid": IsNotMe,
	"on": On, "on-or-before": OnOrBefore, "on-or-after": OnOrAfter, "yesterday": Yesterday, "today": Today, "tomorrow": Tomorrow,
	"last-week": LastWeek, "this-week": ThisWeek, "next-week": NextWeek, "last-month": LastMonth, "this-month": ThisMonth, "next-month": NextMonth,
	"last-year": LastYear, "this-year": ThisYear, "next-year": NextYear, "last-x-hours": LastHours, "last-x-days": LastDays, "last-x-weeks": LastWeeks,
	"last-x-months": LastMonths, "last-x-years": LastYears, "next-x-hours": NextHours, "next-x-days": NextDays, "next-x-weeks": NextWeeks,
	"next-x-months": NextMonths, "next-x-years": NextYears, "olderthan-x-days": OlderDays, "olderthan-x-weeks": OlderWeeks,
	"olderthan-x-months": OlderMonth, "olderthan-x-years": OlderYears,
}

func readCondition(n fetchNode) (Filter, error) {
	if n.Entity != "" || n.ValueOf != "" {
		return Filter{}, errors.New("a condition that compares with another table or column")
	}
	f := Filter{Field: n.Attribute}
	for _, c := range n.Children {
		if c.XMLName.Local == "value" {
			f.Values = append(f.Values, c.Characters)
		}
	}
	if n.Value != "" {
		f.Values = append(f.Values, n.Value)
	}
	op, ok := fetchOps[n.Operator]
	switch {
	case n.Operator == "like" || n.Operator == "not-like":
		return readLike(f, n.Operator == "not-like")
	case n.Operator == "last-seven-days" || n.Operator == "next-seven-days":
		op, f.Values = LastDays, []string{"7"}
		if n.Operator == "next-seven-days" {
			op = NextDays
		}
	case !ok || n.Attribute == "":
		return Filter{}, errors.New("the operator " + n.Operator)
	}
	f.Op = op
	return f, nil
}

// readLike reads %x%, x% and %x; other patterns mean something that no operator here says.
func readLike(f Filter, not bool) (Filter, error) {
	if len(f.Values) != 1 {
		return Filter{}, errors.New("like without a value")
	}
	text, before := strings.CutPrefix(f.Values[0], "%")
	text, behind := strings.CutSuffix(text, "%")
	if text == "" || strings.ContainsAny(text, "%_[") {
		return Filter{}, errors.New("a pattern of like")
	}
	ops := map[[2]bool][2]Op{{true, true}: {Contains, NotContain}, {false, true}: {Begins, NotBegin}, {true, false}: {Ends, NotEnd}, {false, false}: {Is, IsNot}}
	pair := ops[[2]bool{before, behind}]
	f.Values, f.Op = []string{text}, pair[0]
	if not {
		f.Op = pair[1]
	}
	return f, nil
}

// forDates gives conditions on dates the operators that dates have: FetchXML says gt where a person says "is after".
func forDates(op Op) Op {
	switch op {
	case Is:
		return On
	case Greater:
		return After
	case AtLeast:
		return OnOrAfter
	case Less:
		return Before
	case AtMost:
		return OnOrBefore
	}
	return op
}

// instants makes days in a condition on an instant what FetchXML means by them: the midnight at which they begin, UTC.
func instants(f Filter, t core.Table) (Filter, error) {
	switch f.Op {
	case Is, Greater, AtLeast, Less, AtMost, Between, NotBetween:
	default:
		return f, nil
	}
	field := t.Field(f.Field)
	for i, v := range f.Values {
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			continue
		}
		if field == nil && t.Name.Logical == "" {
			return f, errors.New("a date of a related table")
		}
		if field != nil && field.Type == core.TypeDateTime {
			f.Values[i] = v + "T00:00:00Z"
		}
	}
	if field != nil && (field.Type == core.TypeDateTime || field.Type == core.TypeDate) {
		f.Op = forDates(f.Op)
	}
	return f, nil
}

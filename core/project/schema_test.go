package project

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ferry/core"
	"ferry/core/mapping"
)

// about says what each property is, by type and JSON name.
var about = map[string]string{
	"Project.version":     "Format of the file: the oldest that has everything in it.",
	"Project.id":          "Random; names the memory that a computer keeps for this project.",
	"Project.name":        "What people call it.",
	"Project.connections": "Environments and how to sign in to them. Secrets are never here.",
	"Project.connection":  "Name of the connection in use.",
	"Project.destination": "Where records go.",
	"Project.mappings":    "What goes where. A table without one gets the default.",
	"Project.tables":      "The list of mappings, by id; a table that has none is named by its logical name.",
	"Project.off":         "Those of the list that take no part in Import everything.",
	"Project.for":         "Kind of destination whose own tables the list is for; without it, any that makes its tables itself.",
	"Project.aside":       "Lists for other kinds of destination, by kind. They come back when the project goes there again.",
	"Project.language":    "Language of labels, as an LCID: 1031 is German.",

	"Connection.name":           "What people call it.",
	"Connection.org":            "Address of the environment: https://contoso.crm.dynamics.com. No password in it.",
	"Connection.tenant":         "GUID or domain; without it the environment is asked.",
	"Connection.clientId":       "Application (client) ID.",
	"Connection.auth":           "How to sign in.",
	"Connection.hasSecret":      "A person signs in, and the application has a client secret.",
	"Connection.hasCertificate": "A person signs in, and the application has a certificate.",
	"Connection.user":           "Of Windows sign-in: DOMAIN\\user.",
	"Connection.redirect":       "Redirect URI, where it is not the usual one.",
	"Connection.kind":           "test or live.",
	"Connection.practice":       "The practice environment of this computer.",
	"Connection.secretExpires":  "Day on which the secret ends.",
	"Connection.certificate":    "Which certificate is used; its key is never here.",
	"Connection.version":        "Of the Web API: v9.2.",
	"Connection.app":            "ID of the app in which records are opened.",
	"Connection.pageSize":       "Rows of one page.",
	"Connection.requests":       "Requests at once.",
	"Connection.tested":         "When it was last available.",
	"Connection.waiting":        "For somebody who has to do something first.",

	"CertificateFacts.subject":    "Subject of the certificate.",
	"CertificateFacts.thumbprint": "SHA-1 in hex, as Entra shows it.",
	"CertificateFacts.expires":    "Day on which it ends.",
	"Waiting.for":                 "Who was asked.",
	"Waiting.what":                "What was asked.",
	"Waiting.since":               "When.",
	"Destination.driver":          "Kind of destination: sqlite.",
	"Destination.settings":        "Its settings; a file is best named relative to the project. No password in any.",
	"Destination.practice":        "That of the practice environment of this computer.",
	"Destination.kind":            "test or live; without it, it counts as live.",
	"List.mappings":               "What goes where.",
	"List.tables":                 "The list of mappings, by id.",
	"List.off":                    "Those that take no part in Import everything.",

	"Mapping.id":         "Stays the same when names change.",
	"Mapping.source":     "Logical name of the table it reads.",
	"Mapping.title":      "What people call it.",
	"Mapping.table":      "Name at the destination.",
	"Mapping.key":        "Column that holds the record's own id.",
	"Mapping.parent":     "Id of the mapping whose rows these belong to.",
	"Mapping.filter":     "OData $filter, written by hand.",
	"Mapping.columns":    "What goes to each column.",
	"Mapping.where":      "Which records; holds together with filter.",
	"Mapping.activeOnly": "Only records whose state is the active one.",
	"Mapping.zone":       "IANA time zone whose days are meant: Europe/Berlin; without it UTC.",
	"Mapping.match":      "Which record of the destination is the same one.",
	"Mapping.gone":       "What becomes of records that were deleted at the source.",
	"Mapping.leftFilter": "What becomes of records that the filter does not hold any more.",
	"Mapping.link":       "Of a child: its lookup that points at the parent.",
	"Mapping.children":   "Related tables, each with its own fields and filter.",

	"Binding.column":   "Name at the destination.",
	"Binding.type":     "What the column holds.",
	"Binding.field":    "Logical name of the field it is made from.",
	"Binding.part":     "What of the field: its value, the label of a choice, or the table that a lookup points at.",
	"Binding.resolve":  "A reference is turned into the destination's own id.",
	"Binding.pass":     "In which pass it is written.",
	"Binding.from":     "What it is made from, where that is not one field.",
	"Binding.text":     "The constant, or the template: {{firstname}} {{lastname}}.",
	"Binding.fields":   "Of several: the first that is not empty counts.",
	"Binding.was":      "What the field held when it was chosen.",
	"Binding.to":       "What the destination's field holds.",
	"Binding.steps":    "What changes the value on its way, one after the other.",
	"Binding.choices":  "Each option to each value.",
	"Binding.lookup":   "How a reference finds its record.",
	"Binding.made":     "When a record that Ferry made has a value there.",
	"Binding.found":    "When a record that Ferry found there has a value.",
	"Binding.mayEmpty": "An empty value may erase what is there.",
	"Binding.required": "A record without a value here is refused.",

	"Step.name":        "Name of the change: trim.",
	"Step.params":      "Its settings.",
	"Choices.values":   "The pairs.",
	"Choices.else":     "What becomes of an option without a pair; without it the record is refused.",
	"Choices.default":  "The value where else is default.",
	"ChoicePair.code":  "Code of the option.",
	"ChoicePair.label": "Its label when the pair was made.",
	"ChoicePair.to":    "Code of the destination's option, or the value.",
	"ChoicePair.empty": "It is left empty.",
	"Lookup.by":        "How the record is found; without it the id is kept.",
	"Lookup.target":    "Only references to this table.",
	"Lookup.field":     "The destination's key or field.",
	"Lookup.default":   "The destination's id of the record that takes those without one.",
	"Match.columns":    "All of these must be equal.",
	"Policy.do":        "What is done; without it nothing.",
	"Policy.column":    "The column that says inactive.",
	"Policy.value":     "The value it gets.",
	"Filter.all":       "Every one of these holds.",
	"Filter.any":       "At least one of these holds.",
	"Filter.related":   "One table away.",
	"Filter.field":     "Logical name.",
	"Filter.op":        "What is asked of the field.",
	"Filter.values":    "As a person writes them.",
	"Related.lookup":   "A lookup of this table.",
	"Related.table":    "The table it points at, where there are several.",
	"Related.relation": "Or a relation by which other records point here.",
	"Related.none":     "There is no such record.",
	"Related.where":    "What holds of that record.",
}

// words are the values that a property may have.
var words = map[string][]string{
	"Connection.auth": {string(Browser), string(Device), string(Secret), string(Certificate), string(Windows)},
	"Binding.type": {string(core.ColumnText), string(core.ColumnInteger), string(core.ColumnDecimal), string(core.ColumnDouble), string(core.ColumnBoolean),
		string(core.ColumnDateTime), string(core.ColumnDate), string(core.ColumnJSON), string(core.ColumnBytes)},
	"Binding.part":  {string(mapping.Label), string(mapping.Target)},
	"Binding.from":  {string(mapping.FromConstant), string(mapping.FromTemplate), string(mapping.FromSeveral)},
	"Binding.made":  {string(mapping.Overwrite), string(mapping.FillBlanks), string(mapping.NeverWrite), string(mapping.OnlyNew), string(mapping.UnlessChanged)},
	"Binding.found": {string(mapping.Overwrite), string(mapping.FillBlanks), string(mapping.NeverWrite), string(mapping.OnlyNew), string(mapping.UnlessChanged)},
	"Choices.else":  {string(mapping.LeaveEmpty), string(mapping.Create), string(mapping.UseDefault)},
	"Lookup.by":     {string(mapping.ByRecord), string(mapping.ByKey), string(mapping.ByField)},
	"Policy.do":     {string(mapping.MarkInactive), string(mapping.Remove)},
}

// narrow are other limits of a property.
var narrow = map[string]map[string]any{
	"Project.version":  {"minimum": 1, "maximum": Version},
	"Project.id":       {"pattern": "^[0-9a-fA-F]{32}$"},
	"Project.mappings": {"maxItems": mostMappings},
	"Mapping.id":       {"minLength": 1},
	"Mapping.source":   {"minLength": 1},
	"Mapping.columns":  {"maxItems": mostColumns},
	"Binding.pass":     {"minimum": 0, "maximum": 3},
}

// A maker makes the schema from the types.
type maker struct {
	t    *testing.T
	defs map[string]any
	used map[string]bool
}

func (m *maker) of(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": m.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": m.of(t.Elem())}
	case reflect.Struct:
		name := t.Name()
		if _, ok := m.defs[name]; !ok {
			m.defs[name] = nil
			m.defs[name] = m.object(t)
		}
		return map[string]any{"$ref": "#/$defs/" + name}
	}
	m.t.Fatalf("the schema does not know %s", t)
	return nil
}

func (m *maker) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			m.t.Fatalf("%s.%s has no name in JSON", t.Name(), t.Field(i).Name)
		}
		key := t.Name() + "." + name
		p := m.of(t.Field(i).Type)
		if p["description"] = about[key]; about[key] == "" {
			m.t.Errorf("nobody says what %s is", key)
		}
		m.used[key] = true
		if w := words[key]; w != nil {
			if strings.HasPrefix(options, "omit") {
				w = append([]string{""}, w...)
			}
			p["enum"] = w
		}
		for k, v := range narrow[key] {
			p[k] = v
		}
		properties[name] = p
		if !strings.HasPrefix(options, "omit") {
			required = append(required, name)
		}
	}
	if t.Name() == "Mapping" || t.Name() == "Binding" { // what an older Ferry left out was empty
		required = slices.DeleteFunc(required, func(n string) bool { return n == "columns" || n == "field" })
	}
	slices.Sort(required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	m := &maker{t: t, defs: map[string]any{}, used: map[string]bool{}}
	m.of(reflect.TypeFor[Project]())
	for key := range about {
		if !m.used[key] {
			t.Errorf("%s is described and does not exist", key)
		}
	}
	root := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Ferry project",
		"description": "A project of Ferry: connections, a destination and mappings. It never holds a secret. Exported mappings are such a file with nothing else in it.",
		"$ref":        "#/$defs/Project", "$defs": m.defs,
	}
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.WriteFile("ferry.schema.json", text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(text, []byte(Schema)) && os.Getenv("FERRY_GOLDEN") != "write" {
		t.Error("ferry.schema.json is not that of the types")
	}
}

// valid says what a schema of its own, read by somebody else, has against a text.
func valid(t *testing.T, text []byte) error {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("ferry.schema.json", schema); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("ferry.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func TestEverySampleIsReadAndFitsTheSchema(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.ferry"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(t, text); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		p, err := Read(file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		again := filepath.Join(t.TempDir(), "again.ferry")
		if err := p.Write(again); err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(again)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(t, written); err != nil {
			t.Errorf("%s, written: %v", file, err)
		}
		q, err := Read(again)
		if err != nil || !reflect.DeepEqual(p, q) {
			t.Errorf("%s is another project after it was written and read: %v", file, err)
		}
	}
}

// filled puts something into every part of a value.
func filled(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Pointer:
		if depth < 9 {
			v.Set(reflect.New(v.Type().Elem()))
			filled(v.Elem(), depth+1)
		}
	case reflect.Slice:
		if depth < 9 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			filled(v.Index(0), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		filled(value, depth+1)
		v.SetMapIndex(reflect.ValueOf("k"), value)
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), depth+1)
			key := v.Type().Name() + "." + strings.Split(v.Type().Field(i).Tag.Get("json"), ",")[0]
			if w := words[key]; w != nil {
				v.Field(i).SetString(w[0])
			}
		}
		if m, ok := v.Addr().Interface().(*mapping.Mapping); ok {
			if m.ID = strings.Repeat("m", depth+1); m.Columns == nil {
				m.Columns = []mapping.Binding{}
			}
		}
	}
}

func TestAProjectWithEverythingInItComesBackAndFitsTheSchema(t *testing.T) {
	p := New("All")
	id := p.ID
	filled(reflect.ValueOf(p).Elem(), 0)
	p.ID, p.Connections[0].Org, p.Connections[0].Redirect = id, "https://contoso.crm.dynamics.com", "http://localhost"
	path := filepath.Join(t.TempDir(), "all.ferry")
	if err := p.Write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(t, text); err != nil {
		t.Error(err)
	}
	got, err := Read(path)
	if err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("it is another project afterwards: %v", err)
	}
	if p.Version != 3 {
		t.Errorf("it says that a Ferry of version %d could read it", p.Version)
	}
}

func TestTheSchemaRefusesWhatFerryDoes(t *testing.T) {
	head := `{"version":1,"id":"00112233445566778899aabbccddeeff","name":"x"`
	for name, text := range map[string]string{
		"unknown": head + `,"more":1}`, "wrong type": head + `,"mappings":{}}`, "no id": `{"version":1,"name":"x"}`,
		"another version": strings.Replace(head, `"version":1`, `"version":99`, 1) + `}`,
		"bad pass":        head + `,"mappings":[{"id":"a","source":"a","table":"a","key":"k","columns":[{"column":"c","type":"text","field":"f","pass":1000000000}]}]}`,
	} {
		path := filepath.Join(t.TempDir(), "x.ferry")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil {
			t.Errorf("%s: Ferry reads it", name)
		}
		if valid(t, []byte(text)) == nil {
			t.Errorf("%s: the schema takes it", name)
		}
	}
}

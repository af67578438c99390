package wiring_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
)

// people are a table with a field of each kind that matters to a mapping.
func people() core.Table {
	field := func(name string, t core.FieldType) core.Field {
		return core.Field{Name: name, Display: "The " + name, Type: t, Readable: true, Writable: true}
	}
	t := core.Table{Name: core.TableName{Logical: "contact", Display: "Contact", Plural: "Contacts"}, Key: "contactid", Title: "fullname", Fields: []core.Field{
		field("contactid", core.TypeID), field("fullname", core.TypeText), field("notes", core.TypeMemo), field("born", core.TypeDate), field("seen", core.TypeDateTime),
		field("pay", core.TypeMoney), field("statecode", core.TypeState), field("kind", core.TypeChoice), field("kinds", core.TypeChoices), field("bossid", core.TypeLookup), field("vip", core.TypeBoolean),
	}}
	for i := range t.Fields {
		switch t.Fields[i].Name {
		case "statecode", "kind", "kinds":
			t.Fields[i].Options = []core.Option{{Code: 0, Label: "Active"}, {Code: 1, Label: "Été \u200c\u4e2d"}, {Code: 7, Label: "\"<&>\""}}
		case "bossid":
			t.Fields[i].Targets = []string{"contact"}
		}
	}
	return t
}

// edits are what a person can do, each with something to choose by chance.
func edits(r *rand.Rand, d *mapping.Draft) []func() error {
	one := func(all ...string) string { return all[r.IntN(len(all))] }
	field := d.Source().Fields[1+r.IntN(len(d.Source().Fields)-1)].Name
	name := one("plain", "with space", "été", "中文", `quoted"`, "a/b\\c", "line\nbreak", "<tag>&amp;", "zwsp\u200bhere", strings.Repeat("long", 90))
	columns := []string{"none"}
	for _, b := range d.Saved().Columns {
		columns = append(columns, b.Column)
	}
	column := one(columns...)
	return []func() error{
		func() error { return d.Bind(field, name) },
		func() error { return d.BindConstant(name, one("", "x", "0", "\u2028", "{{", "é\x00")) },
		func() error { return d.BindTemplate(name, "{{"+field+"}} – {{fullname}}") },
		func() error { return d.BindSeveral(name, field, "fullname") },
		func() error { return d.Unbind(column) },
		func() error { return d.Rename(column, name) },
		func() error { return d.Move(column, r.IntN(9)-2) },
		func() error {
			return d.SetSteps(column, mapping.Step{Name: "replace", Params: map[string]string{"find": name, "with": ""}})
		},
		func() error { return d.OwnValues(column, r.IntN(2) == 0) },
		func() error { return d.SetChoice(column, int64(r.IntN(3)-1), one("", "1", name)) },
		func() error { return d.SetChoiceEmpty(column, 7) },
		func() error { return d.SetUnmatched(column, mapping.UseDefault, name) },
		func() error {
			return d.SetLookup(column, mapping.Lookup{By: mapping.ByField, Field: name, Default: name})
		},
		func() error { return d.SetRule(column, mapping.OnlyNew, mapping.NeverWrite, r.IntN(2) == 0) },
		func() error { return d.SetRequired(column, r.IntN(2) == 0) },
		func() error {
			return d.SetFilter(mapping.Filter{Any: []mapping.Filter{{Field: field, Op: mapping.IsFilled}, {All: []mapping.Filter{{Field: "fullname", Op: mapping.Contains, Values: []string{name}}}}}})
		},
		func() error { return d.SetFilterText(one("", "fullname eq '"+"it''s"+"'")) },
		func() error { return d.SetActiveOnly(r.IntN(2) == 0) },
		func() error { return d.SetZone(one("", "Europe/Berlin")) },
		func() error { return d.SetMatch(column) },
		func() error { return d.SetGone(mapping.Policy{Do: mapping.Remove}) },
		func() error { return d.SetLeft(mapping.Policy{Do: mapping.MarkInactive, Column: column, Value: name}) },
		func() error { return d.SetTitle(one("", "Kunden", "中文 & <b>")) },
		func() error { return d.SetTable(name, "key") },
		func() error { return d.AddChild(people(), "bossid") },
		func() error { _, ok := d.Undo(); return fmt.Errorf("%v", ok) },
	}
}

func TestADraftThatWentThroughAFileIsTheSameDraft(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mappings.ferry")
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 11))
		d := mapping.NewDraft(people(), nil)
		d.Know(people())
		for range 30 {
			all := edits(r, d)
			_ = all[r.IntN(len(all))]() // one that cannot be done changes nothing
		}
		saved := d.Saved()
		if err := wiring.WriteMappings(path, []mapping.Mapping{saved}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		all, err := wiring.ReadMappings(path)
		if err != nil || len(all) != 1 {
			t.Fatalf("seed %d: %v, %+v", seed, err, saved)
		}
		again := mapping.Edit(all[0], people(), nil)
		again.Know(people())
		if !reflect.DeepEqual(again.Saved(), saved) {
			t.Fatalf("seed %d: it comes back as\n%+v\nand was\n%+v", seed, again.Saved(), saved)
		}
		if mapping.Digest(all[0]) != mapping.Digest(saved) || !reflect.DeepEqual(again.Problems(), d.Problems()) {
			t.Errorf("seed %d: it means something else", seed)
		}
	}
}

func TestAFileOfMappingsFromSomebodyElseDoesNoHarm(t *testing.T) {
	t.Parallel()
	const head = `{"version":1,"id":"00112233445566778899aabbccddeeff","name":"x","mappings":[`
	one := `{"id":"a","source":"account","table":"account","key":"accountid","columns":[{"column":"name","type":"text","field":"name"}]`
	for text, code := range map[string]string{
		head + one + `}]}`:                          "",
		head + one + `,"title":"Acc\u202eounts"}]}`: "",
		head + one + `},` + one + `}]}`:             "project.same-id",
		head + strings.Replace(one, `"name","type"`, `"na\u200bme","type"`, 1) + `}]}`: "project.hidden-name",
		head + one + `,"script":"x"}]}`: "project.not-a-project",
		head + one + `,"children":[` + strings.Repeat(one+`,"children":[`, 30) + strings.Repeat(`]}`, 30) + `]}]}`: "project.same-id",
		strings.Replace(head, `"version":1`, `"version":9`, 1) + one + `}]}`:                                       "project.newer",
		"PK\x03\x04": "project.not-a-project",
		"":           "project.not-a-project",
	} {
		path := filepath.Join(t.TempDir(), "sent.ferry")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := wiring.ReadMappings(path)
		if code == "" {
			if err != nil || len(all) != 1 || core.Marked(all[0].Title) != all[0].Title {
				t.Errorf("%.90s: %v, %v", text, all, err)
			}
			continue
		}
		if f := core.AsFault(err); err == nil || f.Code != code || len(all) > 0 {
			t.Errorf("%.90s: %v, want %s", text, err, code)
		}
		if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
			t.Errorf("reading made %v", files)
		}
	}
}

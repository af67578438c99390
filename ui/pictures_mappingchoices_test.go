package ui_test

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// sectors is a project whose accounts go to customers, with industries that nobody mapped to the end.
func sectors(change func(d *mapping.Draft)) (*project.Project, *uitest.Engine) {
	p, e := uitest.Contoso(), uitest.MapsInto(uitest.CustomerTable())
	d := mapping.NewDraft(uitest.AccountTable(), uitest.CustomerTable())
	_ = d.Bind("name", "name")
	_ = d.Bind("industrycode", "sector")
	_ = d.Bind("new_tags", "labels")
	_ = d.Bind("primarycontactid", "main_contact")
	if change != nil {
		change(d)
	}
	p.Mappings = append(p.Mappings, d.Saved())
	e.Map.Used = map[string]map[int64]int{"industrycode": {1: 812, 3: 41, 4: 1204, 77: 3}, "new_tags": {}}
	e.Map.Answers = sectorAnswers()
	return p, e
}

func sectorAnswers() []mapping.ChoiceAnswer {
	a := func(line int, code int64, label, text string) mapping.ChoiceAnswer {
		return mapping.ChoiceAnswer{Line: line, Mapping: "account", Column: "sector", Code: code, Label: label, Text: text}
	}
	return []mapping.ChoiceAnswer{a(7, 2, "Agriculture", "Trade"), a(8, 3, "Brokers", "(leave empty)"), a(9, 4, "Consulting", "Trade"), a(10, 5, "Consumer Services", ""), a(11, 1, "Accounting", "accounting"),
		a(12, 6, "Durable Manufacturing", "Industry"), a(13, 99, "Somebody's own", "Trade")}
}

func manyOptions(n int) ([]core.Option, *core.Table, core.Table) {
	from := uitest.AccountTable()
	to := uitest.CustomerTable()
	var options []core.Option
	for i := range n {
		options = append(options, core.Option{Code: int64(100000000 + i), Label: fmt.Sprintf("Option %d", i)})
	}
	from.Field("industrycode").Options = options
	to.Field("sector").Options = options[:n/2]
	return options, to, from
}

type choiceScene struct {
	name string
	open func() (*project.Project, *uitest.Engine)
	play func(s *uitest.Stage)
}

func choices(s *uitest.Stage, part string) {
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Sees(part)
	s.Tap(part)
}

func choiceScenes() []choiceScene {
	free := func() (*project.Project, *uitest.Engine) { return uitest.Contoso(), uitest.MapsInto(nil) }
	open := func() (*project.Project, *uitest.Engine) { return sectors(nil) }
	return []choiceScene{
		{"choices-none", func() (*project.Project, *uitest.Engine) {
			return sectors(func(d *mapping.Draft) { _ = d.Unbind("sector", "labels") })
		}, func(s *uitest.Stage) { choices(s, "Choices") }},
		{"choices-open", open, func(s *uitest.Stage) { choices(s, "Choices") }},
		{"choices-counted", open, func(s *uitest.Stage) {
			choices(s, "Choices")
			s.Tap("Count the records that use them")
			s.Sees("no option any more, but records have it")
		}},
		{"choices-uncounted", func() (*project.Project, *uitest.Engine) {
			p, e := sectors(nil)
			e.Fail = map[string]error{"OptionUse": &core.Fault{Kind: core.Offline, Code: "x", Owner: core.You, Cause: "contoso-test.crm4.dynamics.com cannot be reached.", Remedy: "Try again."}}
			return p, e
		}, func(s *uitest.Stage) {
			choices(s, "Choices")
			s.Tap("Count the records that use them")
			s.Sees("Not counted")
		}},
		{"choices-counting", func() (*project.Project, *uitest.Engine) {
			p, e := sectors(nil)
			e.Block, e.Map.Walked = map[string]bool{"OptionUse": true}, []int64{12500}
			return p, e
		}, func(s *uitest.Stage) {
			choices(s, "Choices")
			s.Tap("Count the records that use them")
			s.Sees("12,500 looked at")
		}},
		{"choices-mapped", func() (*project.Project, *uitest.Engine) {
			return sectors(func(d *mapping.Draft) {
				for _, r := range d.ChoiceTable("sector") {
					_ = d.SetChoice("sector", r.Code, "5")
				}
				_ = d.SetChoiceEmpty("sector", 3)
				_ = d.SetUnmatched("sector", mapping.UseDefault, "1")
				_ = d.SetChoice("labels", 3, "1")
			})
		}, func(s *uitest.Stage) { choices(s, "Choices") }},
		{"choices-long", func() (*project.Project, *uitest.Engine) {
			p, e := sectors(nil)
			to, from := uitest.CustomerTable(), uitest.AccountTable()
			from.Field("industrycode").Options[0].Label = "A sector whose name goes on and on until nobody can remember how it began, 生産 النظام 🚢"
			to.Field("sector").Options[2].Label = "A value there whose name goes on and on until nobody can remember how it began"
			e.Map.Tables["account"] = ui.Described{Table: from, When: uitest.Now()}
			e.Map.Places["account"], e.Map.Places["Client"] = to, to
			c := &p.Mappings[0].Columns[1].Choices.Values
			*c = append(*c, mapping.ChoicePair{Code: 2, Label: "Farming", To: "5"}, mapping.ChoicePair{Code: 3, Label: "Brokers", To: "42"})
			return p, e
		}, func(s *uitest.Stage) { choices(s, "Choices") }},
		{"choices-many", func() (*project.Project, *uitest.Engine) {
			p, e := sectors(nil)
			_, to, from := manyOptions(2000)
			e.Map.Tables["account"] = ui.Described{Table: from, When: uitest.Now()}
			e.Map.Places["account"], e.Map.Places["Client"] = to, to
			p.Mappings[0].Columns[1].Choices.Values = nil
			return p, e
		}, func(s *uitest.Stage) { choices(s, "Choices"); s.Sees("Option 3"); s.Tap("choose…") }},
		{"choices-code", free, func(s *uitest.Stage) { choices(s, "Choices") }},
		{"choices-own", free, func(s *uitest.Stage) {
			choices(s, "Choices")
			s.Tap("Map to values of your own")
			s.Sees("Carry the code again")
		}},
		{"choices-columns", free, func(s *uitest.Stage) {
			choices(s, "Choices")
			s.Tap("Industry (industrycode) to industrycode")
		}},
		{"choices-send", open, func(s *uitest.Stage) { choices(s, "Choices"); s.Tap("Send to somebody who knows…") }},
		{"choices-sent", open, func(s *uitest.Stage) {
			choices(s, "Choices")
			s.Tap("Send to somebody who knows…")
			s.Tap("Save the sheet")
			s.Sees("The sheet is saved")
		}},
		{"choices-difference", open, func(s *uitest.Stage) { bringBack(s); s.Sees("Not understood, and left as it is") }},
		{"choices-fault", func() (*project.Project, *uitest.Engine) {
			p, e := sectors(nil)
			e.Fail = map[string]error{"ReadChoices": &core.Fault{Kind: core.Wrong, Code: "sheet.macros", Owner: core.You, Cause: "The file holds macros. Ferry does not open it.", Remedy: "Ask for it as an Excel workbook without macros (.xlsx)."}}
			return p, e
		}, func(s *uitest.Stage) { bringBack(s); s.Sees("holds macros") }},
		{"lookups", open, func(s *uitest.Stage) { choices(s, "Lookups") }},
		{"lookups-open", open, func(s *uitest.Stage) { choices(s, "Lookups"); s.TapRow("Primary Contact") }},
		{"lookups-many", free, func(s *uitest.Stage) { choices(s, "Lookups"); s.TapRow("Owner") }},
		{"lookups-record", free, func(s *uitest.Stage) { choices(s, "Lookups"); s.TapRow("Owner"); s.Tap("The imported record") }},
		{"lookups-field", free, func(s *uitest.Stage) {
			choices(s, "Lookups")
			s.TapRow("Parent Account")
			s.Tap("By a field such as the name")
			s.Sees("Field of the destination")
		}},
		{"lookups-circle", func() (*project.Project, *uitest.Engine) {
			p, e := free()
			d := mapping.NewDraft(uitest.AccountTable(), nil)
			_ = d.SetLookup("parentaccountid", mapping.Lookup{By: mapping.ByRecord})
			_ = d.SetLookup("primarycontactid", mapping.Lookup{By: mapping.ByRecord})
			p.Mappings = append(p.Mappings, d.Saved())
			return p, e
		}, func(s *uitest.Stage) { choices(s, "Lookups"); s.Sees("points round in a circle") }},
	}
}

func bringBack(s *uitest.Stage) {
	choices(s, "Choices")
	s.Tap("Bring the answers back…")
	s.Type("Sheet", "/home/ada/Downloads/Choices of Accounts.xlsx")
	s.Tap("Show what would change")
}

// TestPicturesOfChoices opens the parts Choices and Lookups in every state; see TestPictures.
func TestPicturesOfChoices(t *testing.T) {
	folder := os.Getenv("FERRY_PICTURES")
	type view struct {
		suffix, mode string
		size         fyne.Size
	}
	views := []view{{"-light", "light", fyne.NewSize(1120, 740)}}
	if folder != "" {
		views = append(views, view{"-dark", "dark", fyne.NewSize(1120, 740)}, view{"-small", "light", fyne.NewSize(860, 560)}, view{"-tall", "light", fyne.NewSize(1000, 1500)})
	}
	for _, sc := range coretest.Some(choiceScenes()) {
		for _, v := range views {
			t.Run(sc.name+v.suffix, func(t *testing.T) {
				p, e := sc.open()
				s := uitest.OpenIn(t, e, v.mode, func(o *ui.Options) { o.Project = p })
				s.Win.Resize(v.size)
				sc.play(s)
				s.Drain()
				if folder == "" {
					return
				}
				f, err := os.Create(filepath.Join(folder, sc.name+v.suffix+".png"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if err := png.Encode(f, s.Win.Canvas().Capture()); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

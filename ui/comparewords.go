package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// differenceWords call a kind of difference, and say what it means.
func differenceWords(d importer.Difference) (title, meaning string) {
	switch d {
	case importer.KeptByRule:
		return lang.L("Kept by a rule"), lang.L("A rule of the mapping keeps what stands at the destination.")
	case importer.LeftOut:
		return lang.L("Left out"), lang.L("Refused, skipped, unsure or waiting; or a lookup that was left empty.")
	case importer.NewHere:
		return lang.L("New in Dynamics since"), lang.L("The next import brings it.")
	case importer.ChangedHere:
		return lang.L("Changed in Dynamics since"), lang.L("The next import brings the change.")
	case importer.ChangedThere:
		return lang.L("Changed there since"), lang.L("Somebody changed it at the destination after Ferry wrote it.")
	case importer.ChangedBoth:
		return lang.L("Changed on both sides"), lang.L("The next import writes what Dynamics has, unless a rule says otherwise.")
	case importer.RemovedThere:
		return lang.L("Removed there since"), lang.L("Ferry wrote the row, and somebody removed it.")
	case importer.AddedThere:
		return lang.L("Added there"), lang.L("A row that Ferry did not make.")
	case importer.LeftFilter:
		return lang.L("Outside the filter now"), lang.L("The row is there; its record does not fit the mapping's filter any more.")
	case importer.GoneHere:
		return lang.L("Not in Dynamics any more"), lang.L("The row is there; its record was deleted, or cannot be read any more.")
	case importer.NotYet:
		return lang.L("Not imported yet"), lang.L("There was no complete import with the mapping as it is now.")
	}
	return lang.L("Not explained"), lang.L("Nothing that Ferry knows explains it. Look at these first.")
}

// differenceIcon is red only for what nothing explains.
func differenceIcon(d importer.Difference) (icon string, ink fyne.ThemeColorName) {
	switch d {
	case importer.Unexplained:
		return "cross", look.Failed
	case importer.KeptByRule, importer.NewHere, importer.ChangedHere:
		return "dash", look.Quiet
	}
	return "warn", look.Warned
}

func differenceChip(d importer.Difference) (words string, ink, tint fyne.ThemeColorName) {
	words, _ = differenceWords(d)
	switch _, ink = differenceIcon(d); ink {
	case look.Failed:
		return words, ink, look.FailedTint
	case look.Warned:
		return words, ink, look.WarnedTint
	}
	return words, ink, look.Field
}

func recordsWords(n int64) string {
	return lang.N("{{.N}} records", int(n), kit.M{"N": kit.Number(n)})
}

func valuesWords(n int64) string {
	return lang.N("{{.N}} values", int(n), kit.M{"N": kit.Number(n)})
}

// comparisonVerdict says how a comparison ended. Red is only what nothing explains.
func comparisonVerdict(c importer.Comparison) (words string, ink fyne.ThemeColorName, icon string) {
	all := c.Records()
	n := all.Total()
	switch {
	case !c.Whole:
		return lang.L("The comparison was stopped: this is how far it came"), look.Warned, "warn"
	case all[importer.Unexplained] > 0:
		n = all[importer.Unexplained]
		return lang.N("{{.N}} records differ, and nothing explains it", int(n), kit.M{"N": kit.Number(n)}), look.Failed, "cross"
	case n == 0:
		return lang.L("Everything is equal"), look.Passed, "check"
	}
	ink, icon = look.Passed, "check"
	for d := range all {
		if _, one := differenceIcon(d); one == look.Warned {
			ink, icon = look.Warned, "warn"
		}
	}
	return lang.N("{{.N}} records differ, and it is known why", int(n), kit.M{"N": kit.Number(n)}), ink, icon
}

// comparisonCounts are the numbers of both sides, and how they add up.
func comparisonCounts(c importer.Comparison) fyne.CanvasObject {
	head := []string{lang.L("Table"), lang.L("Dynamics"), lang.L("There"), lang.L("Equal"), lang.L("Differ"), lang.L("Missing"), lang.L("Extra")}
	line := func(title string, t importer.ComparedTable) []string {
		there := "–"
		if t.Counted || t.Destination > 0 {
			there = kit.Number(t.Destination)
		}
		return []string{title, kit.Number(t.Source), there, kit.Number(t.Equal), kit.Number(t.Records.Total()), kit.Number(t.Missing), kit.Number(t.Extra)}
	}
	lines, balanced := [][]string{}, true
	for _, t := range c.Tables {
		lines = append(lines, line(tableTitle(importer.TableReceipt{Table: t.Table, Title: t.Title}), t))
		balanced = balanced && t.Balanced()
	}
	sum := c.Sum()
	var foot []string
	if len(c.Tables) > 1 {
		foot = line(lang.L("Together"), sum)
	}
	parts := []fyne.CanvasObject{kit.Head(lang.L("How many there are")), kit.Grid(head, lines, foot)}
	m := kit.M{"Source": kit.Number(sum.Source), "Extra": kit.Number(sum.Extra), "Equal": kit.Number(sum.Equal), "Differ": kit.Number(sum.Records.Total()), "Missing": kit.Number(sum.Missing)}
	switch {
	case !c.Whole:
	case balanced && sum.Records.Total()+sum.Extra == 0:
		parts = append(parts, kit.Hint("check", lang.L("It adds up: {{.Source}} in Dynamics, and just these are there.", m), look.Passed))
	case balanced:
		parts = append(parts, kit.Hint("check", lang.L("It adds up: {{.Source}} in Dynamics + {{.Extra}} extra there = {{.Equal}} equal + {{.Differ}} that differ, of which {{.Missing}} missing there.", m), look.Passed))
	default:
		parts = append(parts, kit.Hint("cross", lang.L("It does not add up. Compare again, and tell us."), look.Failed))
	}
	for _, remark := range comparisonRemarks(c) {
		parts = append(parts, kit.Hint("warn", remark, look.Warned))
	}
	return kit.Card(kit.Column(10, parts...))
}

func comparisonRemarks(c importer.Comparison) []string {
	all := append([]string(nil), c.Remarks...)
	for _, t := range c.Tables {
		name := kit.M{"Table": tableTitle(importer.TableReceipt{Table: t.Table, Title: t.Title})}
		switch t.Touched {
		case "changed":
			all = append(all, lang.L("Somebody changed the file of {{.Table}} since Ferry wrote it. Compared was what Ferry wrote, not that file.", name))
		case "gone":
			all = append(all, lang.L("The file of {{.Table}} is not there any more. Compared was what Ferry wrote into it.", name))
		}
	}
	return all
}

// comparisonFields are the fields whose values differ, and why; nil when there are none.
func comparisonFields(c importer.Comparison) fyne.CanvasObject {
	lines, more := [][]string{}, 0
	for _, t := range c.Tables {
		for _, f := range t.Fields {
			if len(lines) == mostFields {
				more++
				continue
			}
			name, why := f.Column, []string{}
			if len(c.Tables) > 1 {
				name = t.To + " · " + f.Column
			}
			for _, d := range importer.EachDifference() {
				if n := f.Values[d]; n > 0 {
					title, _ := differenceWords(d)
					why = append(why, title+" "+kit.Number(n))
				}
			}
			lines = append(lines, []string{name, kit.Number(f.Values.Total()), strings.Join(why, " · ")})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	parts := []fyne.CanvasObject{kit.Head(lang.L("Fields that differ"))}
	for i, l := range lines {
		if i > 0 {
			parts = append(parts, kit.Hairline())
		}
		parts = append(parts, kit.Row(12, kit.Grow(kit.NewElided(l[0], kit.Style{Mono: true, Size: look.CaptionSize})),
			kit.Grow(kit.NewElided(l[2], kit.Style{Ink: look.Quiet, Size: 13})), kit.Sized(80, 0, kit.NewText(l[1], kit.Style{Right: true}))))
	}
	if more > 0 {
		parts = append(parts, kit.CaptionPara(lang.L("and {{.N}} more", kit.M{"N": kit.Number(int64(more))})))
	}
	return kit.Card(kit.Column(7, parts...))
}

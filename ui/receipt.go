package ui

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// receiptCards are what a person reads at the end of a run. more are buttons beside "Open the folder"; limit is
// that of a try, 0 when all was asked for or when it is not known.
func (w *Window) receiptCards(r *importer.Receipt, limit int, more ...fyne.CanvasObject) []fyne.CanvasObject {
	return w.receiptCardsOf(runOf{w.project.ID, w.project.Name}, r, limit, more...)
}

// A runOf says of which project a run is.
type runOf struct{ id, name string }

// receiptCardsOf are the cards of a run of any project.
func (w *Window) receiptCardsOf(of runOf, r *importer.Receipt, limit int, more ...fyne.CanvasObject) []fyne.CanvasObject {
	if r.Undoes != "" {
		return w.backReceiptCards(of, r)
	}
	sum := total(r.Tables)
	words, ink, icon := verdictOf(r, sum, limit)
	cards := []fyne.CanvasObject{kit.Verdict(words, lang.L("{{.N}} read", kit.M{"N": kit.Number(sum.Read)}), ink, icon)}
	parts := []fyne.CanvasObject{kit.NewElided(w.fromToWords(r), kit.Style{Bold: true}), kit.QuietPara(w.receiptAbout(r))}
	if r.Reason != "" {
		parts = append(parts, kit.Hint("warn", r.Reason, look.Warned))
	}
	for _, note := range readNotes(r, w.o.Now()) {
		parts = append(parts, kit.Hint("history", note, look.Quiet))
	}
	parts = append(parts, receiptGrid(r.Tables, sum))
	for _, words := range remarks(r) {
		parts = append(parts, kit.CaptionPara(words))
	}
	if sum.Balanced() {
		parts = append(parts, kit.Hint("check", lang.L("It adds up: {{.Sum}}.", kit.M{"Sum": kit.SumWords(sum)}), look.Passed))
	} else {
		parts = append(parts, kit.Hint("cross", lang.L("It does not add up: {{.Sum}}. Please tell us.", kit.M{"Sum": kit.SumWords(sum)}), look.Failed))
	}
	row := []fyne.CanvasObject{}
	if path := w.pathOf(of, r); path != "" {
		row = append(row, kit.PlainIcon("folder", lang.L("Open the folder"), func() { w.showFolder(path) }))
	}
	var copied *kit.Button
	copied = kit.PlainIcon("copy", lang.L("Copy"), func() {
		w.clip(receiptText(r))
		copied.SetWords(lang.L("Copied"))
	})
	copied.Tip(lang.L("Copies the receipt as text, without any record."))
	row = append(row, copied)
	if r.Run != "" {
		row = append(row, kit.Plain(lang.L("Save report…"), func() { w.saveRunReport(of, r, false, nil) }))
	}
	if w.place != placeHistory {
		row = append(row, kit.Link(lang.L("History"), func() { w.open(placeHistory) }))
	}
	parts = append(parts, kit.Row(10, append([]fyne.CanvasObject{kit.Grow(kit.Wrap(10, row...))}, more...)...))
	cards = append(cards, kit.Card(kit.Column(12, parts...)))
	if refused := w.refusedCard(of, r, sum); refused != nil {
		cards = append(cards, refused)
	}
	if back := w.backCard(of, r); back != nil {
		cards = append(cards, back)
	}
	return cards
}

// readNotes say of which tables only changes were read, and what else is to be known about how they were.
func readNotes(r *importer.Receipt, now time.Time) (notes []string) {
	since := map[string][]string{}
	for _, t := range r.Tables {
		if t.Since.IsZero() {
			continue
		}
		when := kit.When(t.Since, now)
		if since[when] == nil {
			notes = append(notes, when)
		}
		since[when] = append(since[when], cmp.Or(t.Title, t.Table))
	}
	for i, when := range notes {
		notes[i] = lang.L("{{.Tables}}: only what changed since {{.When}} was read.", kit.M{"Tables": strings.Join(since[when], ", "), "When": when})
	}
	for _, t := range r.Tables {
		for _, n := range t.Notes {
			if !slices.Contains(notes, n) {
				notes = append(notes, n)
			}
		}
	}
	return notes
}

// remarks are what the destination remarked on the tables; what it says of several is said once.
func remarks(r *importer.Receipt) (words []string) {
	of := map[string][]string{}
	for _, t := range r.Tables {
		if t.Remark == "" {
			continue
		}
		if of[t.Remark] == nil {
			words = append(words, t.Remark)
		}
		of[t.Remark] = append(of[t.Remark], cmp.Or(t.Title, t.Table))
	}
	for i, remark := range words {
		words[i] = strings.Join(of[remark], ", ") + ": " + remark
	}
	return words
}

func verdictOf(r *importer.Receipt, sum importer.Counts, limit int) (string, fyne.ThemeColorName, string) {
	refused := sum.Refused + sum.Unsure
	switch {
	case r.Retries != "" && r.State == importer.Complete:
		return retryVerdict(refused)
	case r.State != importer.Complete:
		return lang.L("Interrupted: it can go on where it stopped"), look.Warned, "warn"
	case refused == 1:
		return lang.L("Import complete, but 1 record needs a look"), look.Warned, "warn"
	case refused > 0:
		return lang.N("Import complete, but {{.N}} records need a look", int(refused), kit.M{"N": kit.Number(refused)}), look.Warned, "warn"
	case limit > 0:
		return lang.L("Tried: the first {{.N}} records of each table arrived", kit.M{"N": limit}), look.Passed, "check"
	}
	return lang.L("Import complete"), look.Passed, "check"
}

func (w *Window) fromToWords(r *importer.Receipt) string {
	to := r.To
	if w.project != nil && w.project.Destination != nil && w.wentHere(r) {
		to = destinationName(w.project.Destination, w.driver(w.project.Destination.Driver)) // the practice environment's address means nothing
	} else if strings.ContainsRune(to, filepath.Separator) {
		to = filepath.Base(to)
	}
	if r.Undoes != "" {
		return lang.L("At {{.To}}", kit.M{"To": to})
	}
	return lang.L("From {{.From}} to {{.To}}", kit.M{"From": r.From, "To": to})
}

// receiptAbout says when, how long and by whom.
func (w *Window) receiptAbout(r *importer.Receipt) string {
	words := []string{kit.When(r.Started, w.o.Now())}
	if r.Ended.After(r.Started) {
		words = append(words, kit.Duration(r.Ended.Sub(r.Started)))
	}
	if r.Who != "" {
		words = append(words, lang.L("by {{.Who}}", kit.M{"Who": whoWords(SignedIn{Name: r.Who, Application: guid.MatchString(r.Who)})}))
	}
	return strings.Join(words, " · ")
}

// pathOf is the file a run wrote, when it is the present destination.
func (w *Window) pathOf(of runOf, r *importer.Receipt) string {
	if w.project == nil || w.project.ID != of.id || w.project.Destination == nil {
		return ""
	}
	d := w.project.Destination
	driver := w.driver(d.Driver)
	path := destinationPath(d, driver)
	if path == "" {
		return ""
	}
	justEnded := w.imports().result != nil && w.imports().result.receipt.Run == r.Run
	if justEnded || strings.Contains(r.To, filepath.Base(path)) || r.To == driver.Title {
		return path
	}
	return ""
}

// receiptGrid shows the columns that say something.
func receiptGrid(tables []importer.TableReceipt, sum importer.Counts) fyne.CanvasObject {
	type column struct {
		head string
		of   func(importer.Counts) int64
	}
	columns := []column{
		{lang.L("Read"), func(c importer.Counts) int64 { return c.Read }},
		{lang.L("Created"), func(c importer.Counts) int64 { return c.Created }},
		{lang.L("Updated"), func(c importer.Counts) int64 { return c.Updated }},
		{lang.L("Unchanged"), func(c importer.Counts) int64 { return c.Unchanged }},
	}
	for _, c := range []column{
		{lang.L("Removed"), func(c importer.Counts) int64 { return c.Removed }},
		{lang.L("Skipped"), func(c importer.Counts) int64 { return c.Skipped }},
		{lang.L("Refused"), func(c importer.Counts) int64 { return c.Refused }},
		{lang.L("Unsure"), func(c importer.Counts) int64 { return c.Unsure }},
	} {
		if c.of(sum) != 0 {
			columns = append(columns, c)
		}
	}
	line := func(title string, c importer.Counts) []string {
		cells := []string{title}
		for _, col := range columns {
			cells = append(cells, kit.Number(col.of(c)))
		}
		return cells
	}
	head := []string{lang.L("Table")}
	for _, c := range columns {
		head = append(head, c.head)
	}
	lines := [][]string{}
	for _, t := range tables {
		lines = append(lines, line(tableTitle(t), t.Counts))
	}
	var foot []string
	if len(tables) > 1 {
		foot = line(lang.L("Together"), sum)
	}
	return kit.Grid(head, lines, foot)
}

func tableTitle(t importer.TableReceipt) string {
	if t.Title == "" || t.Title == t.Table {
		return t.Table
	}
	return t.Title + " · " + t.Table
}

// group is refused records with one cause.
type group struct {
	kind    core.OutcomeKind
	fault   *core.Fault
	records []importer.Refusal
}

// grouped sorts refusals by cause, in the order in which the causes first came.
func grouped(refusals []importer.Refusal) []group {
	var groups []group
	at := map[string]int{}
	for _, r := range refusals {
		f := r.Fault
		if f == nil {
			f = &core.Fault{Cause: lang.L("No reason was given.")}
		}
		key := r.Kind.String() + "\n" + f.Code + "\n" + f.Cause
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, group{kind: r.Kind, fault: f})
		}
		groups[i].records = append(groups[i].records, r)
	}
	return groups
}

const firstRefused = 5

// refusedCard lists what was not written, grouped by cause.
func (w *Window) refusedCard(of runOf, r *importer.Receipt, sum importer.Counts) fyne.CanvasObject {
	if len(r.Refusals) == 0 {
		return nil
	}
	export := kit.Plain(lang.L("Export refused records…"), func() { w.saveRunReport(of, r, true, nil) })
	export.Tip(lang.L("All of them as a list that Excel opens, with the reason beside each."))
	title := lang.L("Records that were not written")
	if r.Undoes != "" {
		title = lang.L("Rows that stay as they are")
		export.SetWords(lang.L("Export these rows…"))
	}
	head := []fyne.CanvasObject{kit.Grow(kit.Head(title)), export}
	if fix := w.fixButton(of, r); fix != nil {
		head = append(head, fix)
	}
	parts := []fyne.CanvasObject{kit.Row(10, head...)}
	for _, g := range grouped(r.Refusals) {
		ink, tint := look.Failed, look.FailedTint
		if g.kind != core.Refused {
			ink, tint = look.Warned, look.WarnedTint
		}
		rows := []fyne.CanvasObject{kit.TopRow(10, kit.Grow(kit.StrongPara(g.fault.Cause)),
			kit.Chip(kit.Number(int64(len(g.records)))+" "+outcomeWords(g.kind), ink, look.Card))}
		if g.fault.Remedy != "" {
			rows = append(rows, kit.Para(g.fault.Remedy))
		}
		for i, one := range g.records {
			if i == firstRefused {
				rest := g
				rows = append(rows, kit.Row(0, kit.Link(lang.L("Show all {{.N}}", kit.M{"N": kit.Number(int64(len(g.records)))}),
					func() { w.showRefused(rest) }), kit.Space()))
				break
			}
			rows = append(rows, kit.NewElided(refusedWords(one), kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}))
		}
		parts = append(parts, kit.Tinted(tint, kit.Column(5, rows...)))
	}
	if n := sum.Refused + sum.Unsure + sum.Skipped; n > int64(len(r.Refusals)) {
		parts = append(parts, kit.CaptionPara(lang.L("Only the first {{.N}} are listed.", kit.M{"N": kit.Number(int64(len(r.Refusals)))})))
	}
	return kit.Card(kit.Column(12, parts...))
}

func outcomeWords(k core.OutcomeKind) string {
	switch k {
	case core.Skipped:
		return lang.L("skipped")
	case core.Unsure:
		return lang.L("unsure")
	}
	return lang.L("refused")
}

// refusedWords names one record: its table, its key and, where known, the field.
func refusedWords(r importer.Refusal) string {
	words := []string{r.Table, r.Key}
	if r.Fault != nil {
		if s := r.Fault.Subject; s.Key != "" && s.Key != r.Key {
			words = append(words, s.Key)
		}
		if r.Fault.Subject.Field != "" {
			words = append(words, r.Fault.Subject.Field)
		}
	}
	return strings.Join(words, " · ")
}

// receiptText is a receipt as plain text, without any record.
func receiptText(r *importer.Receipt) string {
	var b strings.Builder
	b.WriteString("Ferry · " + r.From + " → " + r.To + "\n")
	b.WriteString(r.Started.UTC().Format("2006-01-02 15:04:05") + " – " + r.Ended.UTC().Format("2006-01-02 15:04:05") + " UTC · " + string(r.State) + "\n")
	for _, t := range r.Tables {
		if r.Undoes != "" {
			b.WriteString(tableTitle(t) + ": " + backSum(t.Counts) + "\n")
			continue
		}
		b.WriteString(tableTitle(t) + ": " + kit.SumWords(t.Counts) + "\n")
	}
	for _, note := range readNotes(r, r.Started) {
		b.WriteString(note + "\n")
	}
	return b.String()
}

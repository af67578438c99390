package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/core/rehearsal"
	"ferry/core/signin"
)

func importCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("import")
	f.set.StringVar(&f.to, "to", "", "destination: halo:ADDRESS, excel:FILE.xlsx, sqlite:FILE, csv:FOLDER or postgres:URL")
	f.set.Var(f.settings, "set", "a setting of the destination, NAME=VALUE; may be repeated")
	f.set.StringVar(&f.tables, "tables", "", "logical names, separated by commas (default: what takes part in the project's Import everything, else account,contact)")
	f.set.Var(f.filters, "filter", "only records that fit, TABLE=ODATA, in place of what the project says; may be repeated")
	f.set.StringVar(&f.language, "language", "", "language of labels: de, or an LCID such as 1031 (default: the project's, else that of whoever signs in)")
	f.set.Var(f.retire, "retire", "agree that so many gone or left records of a mapping are removed or marked, MAPPING=NUMBER; may be repeated")
	f.set.BoolVar(&f.full, "full", false, "read everything again, not only what changed; start anew where an import that was stopped could go on")
	f.set.BoolVar(&f.rehearse, "rehearse", false, "show what would be done, and write nothing")
	f.set.StringVar(&f.rows, "rows", "", "with -rehearse: save every record, old and new values side by side: FILE.csv")
	f.set.StringVar(&f.keys, "keys", "", "with -rehearse: save which records were shown, for -only: FILE")
	f.set.StringVar(&f.only, "only", "", "import just what a rehearsal showed: the FILE of its -keys; what changed since is skipped")
	f.keepFlag()
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	code, err := f.runImport(ctx, t)
	if err != nil {
		return t.tell(f.json, err)
	}
	return code
}

func (f *flags) runImport(ctx context.Context, t *terminal) (int, error) {
	switch {
	case !f.rehearse && (f.rows != "" || f.keys != ""):
		return 0, wrongUse("-rows and -keys save what a rehearsal shows, and this is none.", "Add -rehearse, or leave them out.")
	case f.rehearse && f.only != "":
		return 0, wrongUse("-only is for an import, and this is a rehearsal.", "Leave out one of the two.")
	}
	computer, e, err := f.errand(ctx, t)
	if err != nil {
		return 0, err
	}
	return carry(ctx, t, computer, e)
}

// errand is what the flags of an import mean.
func (f *flags) errand(ctx context.Context, t *terminal) (*wiring.Computer, errand, error) {
	drivers := wiring.Destinations(f.data, t.log)
	where, err := f.destination(drivers)
	if err != nil {
		return nil, errand{}, err
	}
	language, ok := project.ReadLanguage(f.language)
	if !ok {
		return nil, errand{}, wrongUse("Ferry does not know the language "+printable(f.language)+".", "Write its code, such as de or pt-BR, or its LCID, such as 1031.")
	}
	if f.language == "" && f.loaded != nil {
		language = f.loaded.Language
	}
	tables, err := f.wanted()
	if err != nil {
		return nil, errand{}, err
	}
	retire, err := f.agreed()
	if err != nil {
		return nil, errand{}, err
	}
	computer, err := f.computer(ctx, t)
	if err != nil {
		return nil, errand{}, err
	}
	to, err := f.connection(ctx, t, computer)
	if err != nil {
		return nil, errand{}, err
	}
	at, err := f.reached(ctx, t, computer, reach{where: where, drivers: drivers}, to)
	if err != nil {
		return nil, errand{}, err
	}
	return computer, errand{to: to, where: at.where, drivers: at.drivers, tables: tables, filters: f.filters, retire: retire, project: f.loaded, full: f.full, rehearse: f.rehearse, rows: f.rows, keys: f.keys, only: f.only, language: language, json: f.json,
		secrets: at.secrets}, nil
}

// agreed are the numbers of -retire, by mapping.
func (f *flags) agreed() (map[string]int64, error) {
	all := map[string]int64{}
	for name, text := range f.retire {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, wrongUse(fmt.Sprintf("%q is no number of records.", text), "Write it like this: -retire account=120. The receipt says which number.")
		}
		all[name] = n
	}
	return all, nil
}

// An errand is one import as a command means it.
type errand struct {
	to      wiring.Connection
	where   project.Destination
	drivers []core.Driver[core.Destination]
	tables  []string
	filters map[string]string
	retire  map[string]int64
	project *project.Project
	secrets map[string]core.Secret // of the destination
	full    bool
	json    bool

	instead func(importer.Job) (int, error) // is done with the job in place of importing; nil imports
	before  func(importer.Job) error        // is done with the job before importing

	rehearse         bool
	rows, keys, only string // files; see the flags

	retry *importer.Retry // only what an earlier import left over

	language int // LCID of labels; 0 is that of whoever signs in
}

// carry runs an import and shows it. The error is what kept it from beginning; once a run exists, the receipt is shown
// and the exit code says how it ended.
func carry(ctx context.Context, t *terminal, c *wiring.Computer, e errand) (int, error) {
	_ = c.Expire(ctx) // what cannot be deleted now goes the next time, and is logged
	if c.KeepFor() < 0 {
		defer func() { _ = c.Expire(context.WithoutCancel(ctx)) }()
	}
	destination, err := c.Destination(ctx, e.drivers, e.where, e.secrets)
	if err != nil {
		return 0, err
	}
	defer destination.Close()
	link, err := c.Connect(e.to)
	if err != nil {
		return 0, err
	}
	defer link.Source.Close()
	link.Source.Speak(e.language)
	if err := signIn(ctx, t, link, e.to, false); err != nil {
		return 0, err
	}
	maps, err := e.mappings(ctx, link.Source, destination)
	if err != nil {
		return 0, err
	}
	id := ""
	if e.project != nil {
		id = e.project.ID
	}
	memory, err := c.Journal(ctx, id)
	if err != nil {
		return 0, err
	}
	defer memory.Close()
	if e.project != nil {
		c.NoteName(id, e.project.Name)
	}

	job := c.Job(link, destination, wiring.Place(e.where), maps, memory)
	job.Retire = e.retire
	job.Language = project.LanguageCode(e.language)
	job.Full, job.From, job.To, job.Who = e.full, from(e.to), wiring.Named(e.where), who(e.to)
	e.seal(ctx, t, c, id, &job)
	if e.instead != nil {
		return e.instead(job)
	}
	if e.before != nil {
		if err := e.before(job); err != nil {
			return 0, err
		}
	}
	if e.rehearse {
		return rehearse(ctx, t, c, e, job, memory)
	}
	if e.only != "" {
		list, err := rehearsal.OpenList(ctx, e.only)
		if err != nil {
			return 0, err
		}
		defer list.Close()
		job.Only = list
	}
	job.Retry = e.retry
	return runJob(ctx, t, e.json, job, destination)
}

// mappings are those that the errand is about. A filter that cannot be read is said before anything is begun.
func (e *errand) mappings(ctx context.Context, source core.Source, destination core.Destination) ([]mapping.Mapping, error) {
	var saved []mapping.Mapping
	if e.project != nil {
		saved = wiring.Asked(e.project.Mappings, e.project.Tables, e.tables)
	}
	maps, err := wiring.Mappings(ctx, source, destination, saved, e.tables, e.filters)
	if err != nil {
		return nil, err
	}
	for name, filter := range e.filters {
		table := name
		if m, ok := wiring.Saved(saved, name, e.tables...); ok {
			table = m.Source
		}
		if _, err := source.Count(ctx, core.Query{Table: table, Filter: filter}); err != nil && core.AsFault(err).Kind == core.Wrong {
			return nil, err
		}
	}
	return maps, nil
}

// runJob imports, shows how far it is, and what came of it.
func runJob(ctx context.Context, t *terminal, asJSON bool, job importer.Job, destination core.Destination) (int, error) {
	bar := &progressBar{t: t, json: asJSON, now: time.Now}
	code, shown := exitWell, false
	job.Show = func(r importer.Receipt) (err error) {
		bar.end()
		if err = destination.Close(); err == nil { // the file is whole before it is called complete
			shown = true
			code, err = showWhole(t, asJSON, r)
		}
		return err
	}
	receipt, err := importer.Run(ctx, t.wrapped(job), bar.show)
	if shown {
		return code, nil
	}
	bar.end()
	if receipt.Run == "" && err != nil {
		return 0, err
	}
	return showEnd(t, asJSON, receipt, err), nil
}

// showWhole shows the receipt of an import that is complete. The error says that it could not be shown: the same command
// shows it then.
func showWhole(t *terminal, asJSON bool, r importer.Receipt) (int, error) {
	out := &attentive{w: t.out}
	to := *t
	to.out = out
	if r.Late && !asJSON {
		fmt.Fprintln(out, "This import was complete already, but it was cut off before it could tell you. Here is what it did; nothing was imported now.\nStart it again to import what is new since.")
	}
	code := showEnd(&to, asJSON, r, nil)
	if out.err != nil {
		code = exitPartway
	}
	return code, out.err
}

// attentive is a writer that remembers whether something was lost.
type attentive struct {
	w   io.Writer
	err error
}

func (a *attentive) Write(b []byte) (int, error) {
	n, err := a.w.Write(b)
	if err != nil && a.err == nil {
		a.err = err
	}
	return n, err
}

// showEnd shows how a run ended; the receipt is the last line.
func showEnd(t *terminal, asJSON bool, r importer.Receipt, err error) int {
	if err != nil {
		t.tell(asJSON, err)
	}
	if asJSON {
		line(t.out, receiptLine{r})
	} else {
		t.showReceipt(r)
	}
	if err != nil && core.AsFault(err).Kind == core.Wrong && untouched(r) {
		return exitUsage
	}
	if err != nil || r.State != importer.Complete {
		return exitPartway
	}
	for _, table := range r.Tables {
		if table.Refused > 0 || table.Unsure > 0 {
			return exitRefused
		}
	}
	return exitWell
}

// untouched reports whether a run ended before it read anything.
func untouched(r importer.Receipt) bool {
	for _, table := range r.Tables {
		if table.Read > 0 {
			return false
		}
	}
	return true
}

// from is what is read, as receipts and the history name it. The practice environment has another address each time.
func from(to wiring.Connection) string {
	if to.Practice {
		return to.Name
	}
	return to.Org
}

func who(to wiring.Connection) string {
	switch {
	case !to.Auth.Person():
		return "the application " + to.ClientID
	case to.Auth == project.Windows:
		return to.User
	}
	return "you"
}

// signIn makes sure that there is somebody signed in before anything is begun. A sign-in that was kept is used, if the
// environment still takes it: it may have been withdrawn since. A test does not ask the environment, which its steps do,
// but the sign-in service.
func signIn(ctx context.Context, t *terminal, link *wiring.Link, to wiring.Connection, test bool) error {
	if link.Session == nil {
		return nil // Windows signs in with each connection
	}
	token, err := link.Session.Token(ctx, "")
	if !to.Auth.Person() {
		return err
	}
	switch {
	case err != nil:
	case test:
		_, err = link.Session.Token(ctx, token)
	default:
		_, err = link.Source.Identity(ctx)
	}
	if err == nil || core.AsFault(err).Kind != core.SignIn {
		return err
	}
	_, err = link.SignIn(ctx, func(s signin.Step) {
		switch {
		case s.Code != "":
			fmt.Fprintf(t.err, "Open this page on any device and type the code %s there:\n%s\nCtrl+C stops.\n", printable(s.Code), printable(s.Link))
		case s.Fault != nil:
			t.words(s.Fault)
			fmt.Fprintf(t.err, "Open this page yourself:\n%s\n", printable(s.Link))
		case s.Opened:
			fmt.Fprintln(t.err, "Sign in on the page that your browser shows now. Ctrl+C stops.")
		}
	})
	return err
}

package wiring

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/report"
	"ferry/core/sheet"
)

// A History is the runs of one project, newest first and without their exceptions.
type History struct {
	Project string // its ID; "" is the commands that were given no project file
	Name    string // as the project was called when it last imported; "" is not known
	Runs    []importer.Receipt
	Fault   *core.Fault // why its journal could not be read
}

// Newest is when its last run began.
func (h History) Newest() time.Time {
	if len(h.Runs) == 0 {
		return time.Time{}
	}
	return h.Runs[0].Started
}

// journalFile is where the journal of a project is.
func (c *Computer) journalFile(projectID string) string {
	if projectID == "" {
		return filepath.Join(c.Data, "journal.db")
	}
	return filepath.Join(c.Data, "projects", projectID, "journal.db")
}

// HasJournal reports whether there is a journal: whoever only reads asks first, so that nothing is made.
func (c *Computer) HasJournal(projectID string) bool {
	_, err := os.Stat(c.journalFile(projectID))
	return err == nil
}

// nameFile holds a project's name beside its journal. Histories show it when the project itself is not open.
func (c *Computer) nameFile(projectID string) string {
	return filepath.Join(filepath.Dir(c.journalFile(projectID)), "name")
}

const longestName = 200 // bytes

// NoteName notes how a project is called, where it has a journal. Not being able to is nothing that anybody must hear of.
func (c *Computer) NoteName(projectID, name string) {
	name = strings.TrimSpace(name)
	if projectID == "" || name == "" || len(name) > longestName || !c.HasJournal(projectID) || c.projectName(projectID) == name {
		return
	}
	if err := SaveFile(c.nameFile(projectID), []byte(name)); err != nil && c.Log != nil {
		c.Log.Info("a project's name was not noted")
	}
}

func (c *Computer) projectName(projectID string) string {
	if projectID == "" {
		return ""
	}
	f, err := os.Open(c.nameFile(projectID))
	if err != nil {
		return ""
	}
	defer f.Close()
	name, err := io.ReadAll(io.LimitReader(f, longestName))
	if err != nil || !utf8.Valid(name) {
		return ""
	}
	return strings.TrimSpace(string(name))
}

// Histories are those of all projects that have a journal in the data folder, the given one first, then the newest. A
// journal that cannot be read is among them, with the reason.
func (c *Computer) Histories(ctx context.Context, first string) ([]History, error) {
	ids, err := c.projects()
	if err != nil {
		return nil, err
	}
	var all []History
	for _, id := range ids {
		h := History{Project: id, Name: c.projectName(id)}
		h.Runs, err = c.receipts(ctx, id)
		if ctx.Err() != nil {
			return nil, core.AsFault(ctx.Err())
		}
		if err != nil {
			h.Fault = core.AsFault(err)
		}
		if len(h.Runs) > 0 || h.Fault != nil {
			all = append(all, h)
		}
	}
	slices.SortStableFunc(all, func(a, b History) int {
		if (a.Project == first) != (b.Project == first) {
			if a.Project == first {
				return -1
			}
			return 1
		}
		return b.Newest().Compare(a.Newest())
	})
	return all, nil
}

// projects are the IDs of those that have a journal in the data folder.
func (c *Computer) projects() (ids []string, err error) {
	entries, err := os.ReadDir(filepath.Join(c.Data, "projects"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &core.Fault{
			Kind: core.Wrong, Code: "ferry.data-folder", Owner: core.You, Err: err,
			Cause: "Ferry cannot read its data folder.", Remedy: "Look whether you may read the folder, or name another one.",
			Subject: core.Subject{Value: c.Data},
		}
	}
	if c.HasJournal("") {
		ids = append(ids, "")
	}
	for _, e := range entries {
		if _, err := hex.DecodeString(e.Name()); err == nil && c.HasJournal(e.Name()) {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

func (c *Computer) receipts(ctx context.Context, id string) ([]importer.Receipt, error) {
	memory, err := c.Journal(ctx, id)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	return memory.Receipts(ctx)
}

// Receipt is one run with its first exceptions.
func (c *Computer) Receipt(ctx context.Context, projectID, run string) (importer.Receipt, error) {
	var found importer.Receipt
	err := c.withRun(ctx, projectID, run, func(_ *journal.Journal, r importer.Receipt) error {
		found = r
		return nil
	})
	return found, err
}

func (c *Computer) withRun(ctx context.Context, projectID, run string, do func(*journal.Journal, importer.Receipt) error) error {
	if !c.HasJournal(projectID) {
		return noSuchRun()
	}
	memory, err := c.Journal(ctx, projectID)
	if err != nil {
		return err
	}
	defer memory.Close()
	r, ok, err := memory.Receipt(ctx, run)
	if err != nil {
		return err
	}
	if !ok {
		return noSuchRun()
	}
	return do(memory, r)
}

// A RunReport says which report is wanted.
type RunReport struct {
	Project string // ID, as in History
	Name    string // of the project, for the report's head
	Run     string
	Path    string // ends in .html or .csv; see Refused
	Refused bool   // only the records that were not written as they should, as .csv or .xlsx
	Values  bool
	Waits   *importer.WaitSearch // with Refused: only those that still wait and fit; nil is every exception of the run
	Records *report.Records      // with Refused and Values: reads what else is shown of each; nil reads nothing
	Ferry   string               // version
	When    time.Time
}

// SaveRunReport writes the report of a run, or the list of its refused records, and returns how many records are named.
func (c *Computer) SaveRunReport(ctx context.Context, of RunReport) (n int64, err error) {
	ending := strings.ToLower(filepath.Ext(of.Path))
	if ending != ".csv" && (of.Refused && ending != ".xlsx" || !of.Refused && ending != ".html" && ending != ".htm") {
		return 0, wrongEnding(of.Refused)
	}
	err = c.withRun(ctx, of.Project, of.Run, func(memory *journal.Journal, r importer.Receipt) error {
		run := report.Run{Ferry: of.Ferry, When: of.When, Project: of.Name, Receipt: r, Values: of.Values, Records: of.Records}
		run.Each = func(each func(importer.Refusal) error) error {
			n = 0
			count := func(x importer.Refusal) error {
				n++
				return each(x)
			}
			if of.Waits != nil {
				return eachWaiting(ctx, memory, *of.Waits, count)
			}
			return memory.EachException(ctx, of.Run, count)
		}
		return saveBy(of.Path, func(w io.Writer) error {
			switch {
			case of.Refused && ending == ".xlsx":
				return sheet.WriteList(w, "Refused records", run.RefusedHead(), func(row func(...string) error) error {
					_, err := run.Refused(row)
					return err
				})
			case of.Refused:
				_, err := report.RefusedCSV(w, run)
				return err
			case ending == ".csv":
				return report.RunCSV(w, run)
			}
			return report.RunHTML(w, run)
		})
	})
	return n, err
}

// eachWaiting tells the records that still wait and fit, in the order of their list.
func eachWaiting(ctx context.Context, memory *journal.Journal, q importer.WaitSearch, each func(importer.Refusal) error) error {
	return memory.EachWaiting(ctx, q, func(r importer.WaitRow) error { return each(r.Refusal) })
}

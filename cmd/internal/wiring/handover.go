package wiring

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ferry/core/importer"
	"ferry/core/report"
)

// A Handover is what is remembered of the end of a project's move: counts, and which lines of the list are ticked. It lies
// beside the project's journal, goes with it when what is known is deleted, and holds no value of any record.
type Handover struct {
	Ticks      map[string]time.Time `json:"ticks,omitempty"`
	Comparison *importer.Comparison `json:"comparison,omitempty"`
	Saved      time.Time            `json:"saved,omitzero"`
}

func (c *Computer) handoverFile(projectID string) string {
	return filepath.Join(filepath.Dir(c.journalFile(projectID)), "handover.json")
}

// Handover reads what is remembered. Nothing, or what cannot be read, is nothing: it can be ticked and compared again.
func (c *Computer) Handover(projectID string) Handover {
	var h Handover
	data, err := os.ReadFile(c.handoverFile(projectID))
	if err == nil {
		if err = json.Unmarshal(data, &h); err != nil {
			h = Handover{}
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && c.Log != nil {
		c.Log.Info("what is remembered of the end of a move cannot be read")
	}
	if h.Ticks == nil {
		h.Ticks = map[string]time.Time{}
	}
	return h
}

// KeepHandover changes what is remembered, where the project has a journal: after all was deleted nothing is kept again.
func (c *Computer) KeepHandover(projectID string, change func(*Handover)) error {
	if !c.HasJournal(projectID) {
		return nil
	}
	h := c.Handover(projectID)
	change(&h)
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	return SaveFile(c.handoverFile(projectID), text)
}

// SaveReceipt writes the receipt of a move, to be signed. runs are those of the project.
func SaveReceipt(path, version, name string, x importer.Comparison, runs []importer.Receipt, done, open []string, now time.Time) error {
	h := report.Handover{Ferry: version, When: now, Project: name, Comparison: x, Done: done, Open: open}
	for _, r := range runs {
		if r.Undoes != "" || r.State != importer.Complete {
			continue
		}
		h.Imports++
		if h.First.IsZero() || r.Started.Before(h.First) {
			h.First = r.Started
		}
		if r.Started.After(h.Last) {
			h.Last = r.Started
		}
	}
	return saveBy(path, func(w io.Writer) error { return report.HandoverHTML(w, h) })
}

package wiring

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"

	"ferry/core/importer"
	"ferry/core/rehearsal"
	"ferry/core/report"
)

// A Compared is a comparison with its differences. Close forgets them.
type Compared struct {
	importer.Comparison
	*rehearsal.Sketch
}

// Compare tells how source and destination of a job differ, and why. What it returns holds also with an error, as far as it
// came, when it is not nil.
func (c *Computer) Compare(ctx context.Context, job importer.Job, progress func(importer.Progress)) (*Compared, error) {
	rehearsal.Sweep(ctx, c.sketches())
	sketch, err := rehearsal.New(ctx, c.sketches())
	if err != nil {
		return nil, err
	}
	r := &Compared{Sketch: sketch}
	r.Comparison, err = importer.Compare(ctx, job, sketch, progress)
	return r, err
}

// SaveDifferences writes the differences that fit into a CSV file, both sides beside each other.
func (r *Compared) SaveDifferences(ctx context.Context, path string, q rehearsal.Search) (records int64, err error) {
	if strings.ToLower(filepath.Ext(path)) != ".csv" {
		return 0, wrongEnding(true)
	}
	err = saveBy(path, func(w io.Writer) error {
		records, err = r.DifferencesCSV(ctx, w, q)
		return err
	})
	return records, err
}

// A CompareReport says which report of a comparison is wanted.
type CompareReport struct {
	Name   string // of the project, for the report's head
	Path   string // ends in .html or .csv
	Values bool
	Ferry  string // version
	When   time.Time
}

// SaveReport writes the report of a comparison, and returns how many records differ.
func (r *Compared) SaveReport(ctx context.Context, of CompareReport) (int64, error) {
	ending := strings.ToLower(filepath.Ext(of.Path))
	if ending != ".csv" && ending != ".html" && ending != ".htm" {
		return 0, wrongEnding(false)
	}
	out := report.Comparison{Ferry: of.Ferry, When: of.When, Project: of.Name, Comparison: r.Comparison, Values: of.Values}
	out.Each = func(each func(importer.RehearsedRow) error) error { return r.Each(ctx, rehearsal.Search{}, each) }
	return r.Records().Total(), saveBy(of.Path, func(w io.Writer) error {
		if ending == ".csv" {
			return report.CompareCSV(w, out)
		}
		return report.CompareHTML(w, out)
	})
}

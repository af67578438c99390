package dataverse

import (
	"context"
	"iter"
	"net/http"

	"ferry/core"
	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

// tracked is the question that follows a table: only the key is selected, and for a mark when records were created, because a
// delta takes neither filter nor order, and changed records are read back by key with the mapping's own query.
func (s *Source) tracked(ctx context.Context, table, op string) (*reader, error) {
	t, err := s.Describe(ctx, table)
	if err != nil {
		return nil, core.During(op, err)
	}
	a := &question{table: t, query: core.Query{Table: table}, plan: scan.NewPlan(t.Key, nil, true), selects: t.Key}
	r := newReader(s, a, op)
	r.lost = func(err error) error { return markExpired(err) }
	return r, nil
}

// Mark returns the present bookmark in time of a table. It walks the whole table once, with the key selected and when records
// were created, which Split wants to know: the link to ask for changes stands on the last page.
func (s *Source) Mark(ctx context.Context, table string) (core.Mark, error) {
	op := "marking where " + table + " stands in " + service
	r, err := s.tracked(ctx, table, op)
	if err != nil {
		return "", err
	}
	r.a.prefer = http.Header{"Prefer": {"odata.track-changes," + preferPages(s.c.PageSize)}}
	var when ages
	if dated(r.a.table) {
		created := []scan.Field{{Name: splitField, Type: scan.Time}}
		r.a.selects += "," + splitField
		r.a.query.Fields, r.a.plan = []string{splitField}, scan.NewPlan(r.a.table.Key, created, true)
		r.scanner = scan.New(r.a.plan)
	}
	var mark core.Mark
	for page, err := range r.pages(ctx) {
		if err != nil {
			return "", err
		}
		for _, rec := range page.Records {
			if len(rec.Values) > 0 && rec.Values[0].Kind() == core.KindTime {
				when.add(rec.Values[0].AsTime())
			}
		}
		mark = page.Last
		page.Release()
	}
	s.remember(table, &when)
	if mark == "" {
		return "", core.During(op, noMark(table))
	}
	if err := s.rest.Allowed(string(mark)); err != nil {
		return "", core.During(op, err)
	}
	return mark, nil
}

// Changed yields the keys that changed since the mark; Gone where a record was deleted. The last page carries the
// next mark.
func (s *Source) Changed(ctx context.Context, table string, since core.Mark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		op := "reading what changed in " + table + " in " + service
		r, err := s.tracked(ctx, table, op)
		if err == nil && since == "" {
			err = noMark(table)
		}
		if err != nil {
			yield(core.Page{}, core.During(op, err))
			return
		}
		if err := s.ours(string(since), markExpired); err != nil {
			yield(core.Page{}, core.During(op, err))
			return
		}
		r.first = string(since)
		r.a.prefer = http.Header{"Prefer": {preferPages(s.c.PageSize)}}
		for page, err := range r.pages(ctx) {
			if err == nil && page.After.Done && page.Last == "" {
				page.Release()
				err = core.During(op, noMark(table))
			}
			if err == nil && page.Last != "" {
				err = core.During(op, s.rest.Allowed(string(page.Last)))
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// pages is deliver as a sequence.
func (r *reader) pages(ctx context.Context) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) { r.deliver(ctx, core.Bookmark{}, yield) }
}

// markExpired is the Fault of a mark that the environment does not know any more.
func markExpired(err error) error {
	f := *refusal(&rest.Answer{Status: http.StatusBadRequest, Code: "0x80044352"})
	f.Err = err
	return &f
}

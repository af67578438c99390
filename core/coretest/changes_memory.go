package coretest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// told is one change of a Memory.
type told struct {
	table, key string
	gone       bool
}

// note notes what Set changes. A record counts as changed when one of its values differs.
func (m *Memory) note(was, now Data) {
	name := now.Table.Name.Logical
	before := make(map[string]core.Record, len(was.Records))
	for _, r := range was.Records {
		before[r.Key] = r
	}
	for _, r := range now.Records {
		old, ok := before[r.Key]
		delete(before, r.Key)
		if !ok || !slices.EqualFunc(old.Values, r.Values, func(a, b core.Value) bool { return a == b }) {
			m.story = append(m.story, told{name, r.Key, false})
		}
	}
	for _, r := range was.Records {
		if _, gone := before[r.Key]; gone {
			m.story = append(m.story, told{name, r.Key, true})
		}
	}
}

// Mark implements core.Changes: a mark is how much had changed.
func (m *Memory) Mark(_ context.Context, table string) (core.Mark, error) {
	d, err := m.data(table)
	if err != nil {
		return "", err
	}
	if !d.Table.Tracked {
		return "", notTracked(table)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	return core.Mark(fmt.Sprintf("%s@%d", table, len(m.story))), nil
}

// Changed implements core.Changes. What changed comes in pages of the server's size, deletions last.
func (m *Memory) Changed(ctx context.Context, table string, since core.Mark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		name, text, _ := strings.Cut(string(since), "@")
		from, err := strconv.Atoi(text)
		d, dataErr := m.data(table)
		switch {
		case dataErr != nil:
			err = dataErr
		case !d.Table.Tracked:
			err = notTracked(table)
		case err != nil || name != table || m.Forgotten || from > len(m.story):
			err = markExpired(table)
		}
		if err != nil {
			yield(core.Page{}, err)
			return
		}
		m.mu.Lock()
		m.asked++
		last := map[string]bool{}
		var order []string
		for _, c := range m.story[from:] {
			if c.table != table {
				continue
			}
			if _, seen := last[c.key]; !seen {
				order = append(order, c.key)
			}
			last[c.key] = c.gone
		}
		next := core.Mark(fmt.Sprintf("%s@%d", table, len(m.story)))
		m.mu.Unlock()
		var records, gone []core.Record
		for _, key := range order {
			if last[key] {
				gone = append(gone, core.Record{Key: key, Gone: true})
			} else {
				records = append(records, core.Record{Key: key})
			}
		}
		records = append(records, gone...)
		size := max(m.Server, 1)
		for {
			if err := ctx.Err(); err != nil {
				yield(core.Page{}, core.AsFault(err))
				return
			}
			n := min(size, len(records))
			p := core.Page{Records: records[:n]}
			records = records[n:]
			if len(records) == 0 {
				p.Last, p.After = next, core.Bookmark{Done: true}
			}
			if !yield(p, nil) || len(records) == 0 {
				return
			}
		}
	}
}

// Asked is how often a mark or changes were asked for.
func (m *Memory) Asked() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked
}

// either understands what asks for records that point at one of some others, or that changed since a time:
// "(_parent_value eq 1 or _parent_value eq 2)", "modifiedon ge 2026-01-01T00:00:00Z". Nil for anything else.
func either(t core.Table, text string) func(core.Record) bool {
	field := func(name string) int {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "_"), "_value")
		return slices.IndexFunc(t.Fields, func(f core.Field) bool { return f.Name == name })
	}
	if name, at, ok := strings.Cut(text, " ge "); ok {
		since, err := time.Parse(time.RFC3339, at)
		if i := field(name); err == nil && i >= 0 {
			return func(r core.Record) bool { return !r.Values[i].Empty() && !r.Values[i].AsTime().Before(since) }
		}
		return nil
	}
	wanted, at := map[string]bool{}, -1
	for _, part := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"), " or ") {
		name, id, ok := strings.Cut(part, "_value eq ")
		if at = field(name); !ok || at < 0 || strings.ContainsAny(id, " /") {
			return nil
		}
		wanted[id] = true
	}
	return func(r core.Record) bool { return wanted[r.Values[at].Canonical()] }
}

func notTracked(table string) error {
	return memoryFault(core.Wrong, "not-tracked", "Nobody keeps track of what changes in "+table+".", "Read all of it.")
}

func markExpired(table string) error {
	return memoryFault(core.Wrong, "mark-expired", "What changed in "+table+" is forgotten.", "Read all of it.")
}

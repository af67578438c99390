package importer

import (
	"slices"

	"ferry/core"
)

// Add adds o to c.
func (c *Counts) Add(o Counts) {
	c.Read += o.Read
	c.Created += o.Created
	c.Updated += o.Updated
	c.Unchanged += o.Unchanged
	c.Removed += o.Removed
	c.Skipped += o.Skipped
	c.Refused += o.Refused
	c.Unsure += o.Unsure
}

// Balanced reports whether Read is the sum of the others.
func (c Counts) Balanced() bool {
	return c.Read == c.Created+c.Updated+c.Unchanged+c.Removed+c.Skipped+c.Refused+c.Unsure
}

// count counts one row that was read and became k.
func (c *Counts) count(k core.OutcomeKind) {
	c.Read++
	c.shift(k, 1)
}

// shift moves n rows into what k counts, without reading them.
func (c *Counts) shift(k core.OutcomeKind, n int64) {
	switch k {
	case core.Created:
		c.Created += n
	case core.Updated:
		c.Updated += n
	case core.Unchanged:
		c.Unchanged += n
	case core.Removed:
		c.Removed += n
	case core.Skipped:
		c.Skipped += n
	case core.Refused:
		c.Refused += n
	case core.Unsure:
		c.Unsure += n
	}
}

// Total is what a part has done for the run: what it counted, and what an earlier reading of it created and updated
// and this one has not met yet.
func (p Part) Total() Counts {
	c := p.Counts
	c.Add(Counts{Read: p.Before.Created + p.Before.Updated, Created: p.Before.Created, Updated: p.Before.Updated})
	return c
}

// meet counts one row of a part that is read again. A row that an earlier reading of this run created or updated
// comes back as unchanged; it is counted once, as what it was then.
func meet(before *Counts, k core.OutcomeKind, met *Counts) core.OutcomeKind {
	if k != core.Unchanged {
		return k
	}
	switch {
	case before.Created > 0:
		before.Created--
		met.Created++
		return core.Created
	case before.Updated > 0:
		before.Updated--
		met.Updated++
		return core.Updated
	}
	return k
}

// leftover is what FinishPart adds when a part that was read again has come to its end. Rows that were created before
// and not met as unchanged have changed since, and came back as updated; those beyond that have left the source, and
// were read and written nevertheless.
func leftover(p Part) Counts {
	changed := min(p.Before.Created, p.Counts.Updated)
	add := Counts{Created: changed, Updated: -changed}
	gone := Counts{Created: p.Before.Created - changed}
	// An updated row that changed once more was counted as updated already.
	again := min(p.Before.Updated, p.Counts.Updated-changed)
	gone.Updated = p.Before.Updated - again
	gone.Read = gone.Created + gone.Updated
	add.Add(gone)
	return add
}

// ReceiptOf tells a run as a receipt.
func ReceiptOf(r Entry, parts []Part) Receipt {
	out := Receipt{
		Run: r.ID, State: r.State, Reason: r.Reason, From: r.From, To: r.To, Who: r.Who,
		Started: r.Started, Ended: r.Ended, Undoes: r.Undoes, Retries: r.Retries, Fault: r.Fault, Limit: r.Limit, Tables: make([]TableReceipt, len(r.Tables)),
	}
	at := make(map[string]int, len(r.Tables))
	for i, t := range r.Tables {
		at[t.Mapping] = i
		out.Tables[i] = TableReceipt{Mapping: t.Mapping, Digest: t.Digest, Only: t.Only, Held: t.Held, Table: t.Table, Title: t.Title, To: t.To, Remark: t.Remark,
			Made: t.Made, Notes: t.Notes, Marked: len(t.Marks) > 0 && r.State == Complete}
		if t.Changes != nil && r.Retries == "" {
			out.Tables[i].Since = t.Changes.When
		}
	}
	for _, p := range parts {
		if i, ok := at[p.Mapping]; ok {
			out.Tables[i].Counts.Add(p.Total())
			out.Tables[i].Unresolved += p.Unresolved
		}
	}
	if r.Retries != "" && r.State == Complete { // the other tables took part only so that lookups find their records
		out.Tables = slices.DeleteFunc(out.Tables, func(t TableReceipt) bool { return t.Read == 0 })
	}
	return out
}

package sqlite

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

// A prior keeps what the rows of a table were by looking at each before it is written. That is cheaper than triggers: what is
// equal need not be written, what changes is read once, and what is left follows from what was sent. It sees only what the
// writer itself does, so that it is for tables in which nothing else happens, and for plans that store what comes.
type prior struct {
	look     *sqlite.Stmt
	old, now []byte // the cells of a row before and after, as appendCell writes them
	ends     []int  // of its cells in old
	after    []int  // and in now
	texts    []byte
	changes  []change
	values   []core.Value // room for many rows
	met      change       // the row at hand
}

// A change is what happened to one row in a batch. Rows of one key stand side by side in it, see inOrder.
type change struct {
	key  string
	was  []core.Value // those that changed; all of a row that is gone
	sum  string       // of the row as it was left; "" when it has to be read
	gone bool
	read bool // it met the batch more than once
}

// prior makes what looks at rows before they are written.
func (c *capture) newPrior(conn *sqlite.Conn) (err error) {
	names := make([]string, 0, len(c.names)+1)
	for _, name := range c.names {
		names = append(names, quote(name))
	}
	names = append(names, quote(c.key))
	p := &prior{ends: make([]int, len(c.names)), after: make([]int, len(c.names))}
	p.look, err = conn.Prepare("SELECT " + strings.Join(names, ", ") + " FROM " + quote(c.table) + " WHERE " + quote(c.key) + " = ?1")
	c.prior = p
	return err
}

// What a row is to the values that are about to be stored.
const (
	metUnknown = iota // it is not there, or nobody can tell whether it is equal
	metEqual
	metOther
)

// meet looks at the row that values are about to be stored in.
func (c *capture) meet(key string, values []core.Value) (met int, err error) {
	p := c.prior
	p.look.BindText(1, key)
	there, err := p.look.Step()
	if err != nil || !there {
		return metUnknown, errors.Join(err, p.look.Reset())
	}
	p.old, p.now = p.old[:0], p.now[:0]
	sure, equal := true, true
	for i, at := range c.cells {
		from, next := len(p.old), len(p.now)
		p.old = appendStored(p.old, p.look, i)
		cell := p.old[from:]
		if at.from < 0 || values[at.from].Kind() == core.KindAbsent {
			p.now = append(p.now, cell...)
		} else {
			var ok bool
			p.now, ok = at.append(p.now, values[at.from])
			sure = sure && ok
			equal = equal && ok && string(p.now[next:]) == string(cell)
		}
		p.ends[i], p.after[i] = len(p.old), len(p.now)
	}
	switch {
	case equal:
		met = metEqual
	case sure:
		met = metOther
		fallthrough
	default:
		p.met = change{sum: shortenIf(sure, p.now), was: p.changed(sure)}
	}
	return met, p.look.Reset()
}

func shortenIf(sure bool, cells []byte) string {
	if !sure {
		return ""
	}
	return shorten(cells)
}

// changed are the cells of the row at hand that are not what they were; every one where that is not sure.
func (p *prior) changed(sure bool) []core.Value {
	was := p.room(len(p.ends))
	p.texts = p.texts[:0]
	for i := range was {
		if old, differs := p.differs(i, sure); differs {
			words, _ := text(old)
			p.texts = append(p.texts, words...)
		}
	}
	texts := string(p.texts)
	for i := range was {
		old, differs := p.differs(i, sure)
		if !differs {
			continue
		}
		if words, ok := text(old); ok {
			was[i], texts = core.Text(texts[:len(words)]), texts[len(words):]
		} else {
			was[i] = raw(p.look, i)
		}
	}
	return was
}

// differs reports whether a cell is not what it was, and tells that; it does where that is not sure.
func (p *prior) differs(i int, sure bool) (old []byte, differs bool) {
	from, next := 0, 0
	if i > 0 {
		from, next = p.ends[i-1], p.after[i-1]
	}
	old = p.old[from:p.ends[i]]
	return old, !sure || string(old) != string(p.now[next:p.after[i]])
}

// text is the text of a cell as appendStored wrote it; false when it is none.
func text(cell []byte) (words []byte, ok bool) {
	if cell[0] != 't' {
		return nil, false
	}
	_, n := binary.Uvarint(cell[1:])
	return cell[1+n:], true
}

// room is room for the values of a row. It is taken for many rows at once.
func (p *prior) room(n int) []core.Value {
	const rows = 128
	if len(p.values) < n {
		p.values = make([]core.Value, n*rows)
	}
	room := p.values[:n:n]
	p.values = p.values[n:]
	return room
}

// changedTo notes that the row at hand was changed.
func (c *capture) changedTo(key string) {
	p := c.prior
	if n := len(c.made); n > 0 && c.made[n-1].key == key { // by this batch
		c.made[n-1].sum = p.met.sum
		return
	}
	if f := p.last(key); f != nil {
		f.merge(p.met.was)
		return
	}
	p.met.key = key
	p.changes = append(p.changes, p.met)
}

// last is what happened to the row of a key in this batch already; nil for nothing.
func (p *prior) last(key string) *change {
	if n := len(p.changes); n > 0 && p.changes[n-1].key == key {
		return &p.changes[n-1]
	}
	return nil
}

// merge adds what a row was when the batch met it once more.
func (f *change) merge(was []core.Value) {
	f.read = true
	for i, v := range was {
		if f.was[i].Kind() == core.KindAbsent {
			f.was[i] = v
		}
	}
}

// leaving reads the row that is about to be removed, taken notes that it was.
func (c *capture) leaving(key string) error {
	p := c.prior
	p.look.BindText(1, key)
	there, err := p.look.Step()
	if err == nil && there {
		p.met = change{was: raws(p.look, 0, len(c.names)), gone: true}
	}
	return errors.Join(err, p.look.Reset())
}

func (c *capture) taken(key string) {
	p := c.prior
	if n := len(c.made); n > 0 && c.made[n-1].key == key {
		c.made = c.made[:n-1]
		return
	}
	if f := p.last(key); f != nil {
		f.merge(p.met.was)
		f.gone = true
		return
	}
	p.met.key = key
	p.changes = append(p.changes, p.met)
}

// again reports whether a row that was made is one that this batch removed.
func (p *prior) again(key string) bool {
	f := p.last(key)
	if f == nil {
		return false
	}
	f.gone, f.read = false, true
	return true
}

// told are the rows that were made, changed or went.
func (c *capture) told(conn *sqlite.Conn) (out []core.Replaced, err error) {
	out = make([]core.Replaced, 0, len(c.made)+len(c.prior.changes))
	for _, m := range c.made {
		if out, err = c.madeOne(conn, m, out); err != nil {
			return nil, err
		}
	}
	for _, f := range c.prior.changes {
		if f.gone {
			out = append(out, core.Replaced{Key: f.key, Gone: true, Was: f.was})
			continue
		}
		if f.sum == "" || f.read {
			now, there, err := c.row(conn, f.key)
			if err != nil {
				return nil, err
			}
			changed := false
			for i, v := range f.was {
				switch {
				case v.Kind() == core.KindAbsent:
				case there && same(v, now[i]):
					f.was[i] = core.Value{}
				default:
					changed = true
				}
			}
			if !changed || !there {
				continue
			}
			f.sum = c.sum(now)
		}
		out = append(out, core.Replaced{Key: f.key, Was: f.was, Left: f.sum})
	}
	return out, nil
}

// appendStored is appendCell for a cell that a statement stands on.
func appendStored(to []byte, s *sqlite.Stmt, at int) []byte {
	switch s.ColumnType(at) {
	case sqlite.TypeNull:
		return append(to, 'n')
	case sqlite.TypeInteger:
		return strconv.AppendInt(append(to, 'i'), s.ColumnInt64(at), 10)
	case sqlite.TypeFloat:
		return appendFloat(to, s.ColumnFloat(at))
	case sqlite.TypeBlob:
		to = append(to, 'b')
	default:
		to = append(to, 't')
	}
	return appendRaw(appendLength(to, s.ColumnLen(at)), s, at)
}

func appendRaw(to []byte, s *sqlite.Stmt, at int) []byte {
	n, from := s.ColumnLen(at), len(to)
	to = slices.Grow(to, n)[:from+n]
	s.ColumnBytes(at, to[from:])
	return to
}

package postgres

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// A row that was copied straight stands there as it was sent: its digest follows from its line, and the server need not read
// and sum up each row that it has just stored. When it is taken back, what stands there is brought into the same form. Where a
// value could be stored in another form than those known here, the server is asked after all.

// asSent begins digests of what was sent. Those that the server makes have hexadecimal digits only.
const asSent = "="

// sentFrom are the places in the plan of the columns of a capture; nil when some are not in it: they hold what nobody sent.
func sentFrom(p core.Plan, columns []column) []int {
	from := make([]int, len(columns))
	for i, c := range columns {
		at := slices.IndexFunc(p.Columns, func(x core.Column) bool { return cut(x.Name) == c.name })
		if at < 0 {
			return nil
		}
		from[i] = at
	}
	return from
}

// sent is the digest of a line that was copied straight; "" where it is not sure what stands there.
func (c *capture) sent(l line) string {
	if c.from == nil {
		return ""
	}
	cells := bytes.Split(bytes.TrimSuffix(l.text[l.from:], []byte("\n")), []byte("\t"))[1:] // behind the key; a tab within one is escaped
	b := c.scratch[:0]
	for i, at := range c.from {
		var sure bool
		if b, sure = appendForm(b, c.columns[i].kind, cells[at]); !sure {
			return ""
		}
	}
	c.scratch = b
	return sumUp(b)
}

// is reports whether a row is as a digest says. kinds are those of its columns.
func (r standingRow) is(left string, kinds []string) bool {
	if !strings.HasPrefix(left, asSent) {
		return r.digest == left
	}
	var b []byte
	for i, v := range r.cells {
		cell := []byte(`\N`)
		if !v.Empty() {
			cell = escape(nil, []byte(v.AsText()))
		}
		b, _ = appendForm(b, kinds[i], cell)
	}
	return sumUp(b) == left
}

func sumUp(cells []byte) string {
	sum := sha256.Sum256(cells)
	return asSent + string(sum[:16])
}

// appendForm adds a cell, as COPY reads it, in a form that is the same for all texts of the same value; false where that is not
// sure.
func appendForm(to []byte, kind string, cell []byte) (out []byte, sure bool) {
	if string(cell) == `\N` {
		return append(to, 0), true
	}
	form, sure := formOf(kind, cell)
	to = binary.AppendUvarint(append(to, 1), uint64(len(form)))
	return append(to, form...), sure
}

func formOf(kind string, cell []byte) (form []byte, sure bool) {
	words := string(cell)
	switch kind {
	case "text":
		return cell, true
	case "bigint":
		n, err := strconv.ParseInt(words, 10, 64)
		return strconv.AppendInt(nil, n, 10), err == nil
	case "boolean":
		yes, no := words == "1" || words == "t" || words == "true", words == "0" || words == "f" || words == "false"
		return strconv.AppendBool(nil, yes), yes || no
	case "numeric":
		return cell, plainNumber(strings.TrimPrefix(words, "-")) && (words[0] != '-' || strings.ContainsAny(words, "123456789"))
	case "double precision":
		f, err := strconv.ParseFloat(words, 64)
		return strconv.AppendFloat(nil, f, 'g', -1, 64), err == nil && strings.Trim(words, "+-.0123456789eE") == ""
	case "timestamp with time zone":
		for _, layout := range []string{micro, "2006-01-02 15:04:05.999999-07", time.DateOnly} {
			if when, err := time.Parse(layout, words); err == nil {
				return strconv.AppendInt(nil, when.UnixMicro(), 10), when.Nanosecond()%1000 == 0
			}
		}
	case "date":
		_, err := time.Parse(time.DateOnly, words)
		return cell, err == nil
	}
	return cell, false
}

// plainNumber reports whether digits are written as PostgreSQL writes them: no zero in front, no exponent.
func plainNumber(digits string) bool {
	whole, part, point := strings.Cut(digits, ".")
	return whole != "" && strings.Trim(whole+part, "0123456789") == "" && (whole == "0" || whole[0] != '0') && (!point || part != "")
}

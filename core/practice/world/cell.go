package world

import (
	"math"
	"strconv"
	"time"
)

// Kind says what a Cell holds.
type Kind uint8

const (
	Null    Kind = iota
	Bool         // N is 0 or 1
	Int          // N
	Decimal      // S: the digits as they are serialised; money has four decimals
	Double       // S: the digits as they are serialised
	Text         // S
	Time         // N: seconds since 1970, UTC
	Date         // N: midnight UTC of the day, in seconds since 1970
	Choice       // N: the code
	Choices      // S: the codes, as in "1,9"
	Ref          // S: the key, Table: the logical name of the table
	Bytes        // S: the raw bytes
)

// A Cell is one value of a row.
type Cell struct {
	Kind  Kind
	N     int64
	S     string
	Table string
}

// BoolCell makes a two-option value.
func BoolCell(b bool) Cell {
	if b {
		return Cell{Kind: Bool, N: 1}
	}
	return Cell{Kind: Bool}
}

// IntCell makes a whole number.
func IntCell(n int64) Cell { return Cell{Kind: Int, N: n} }

// DecimalCell makes a decimal or an amount of money from its digits.
func DecimalCell(digits string) Cell { return Cell{Kind: Decimal, S: digits} }

// DoubleCell makes a floating point number.
func DoubleCell(f float64) Cell {
	return Cell{Kind: Double, S: strconv.FormatFloat(f, 'f', -1, 64)}
}

// TextCell makes a text.
func TextCell(s string) Cell { return Cell{Kind: Text, S: s} }

// TimeCell makes an instant; parts of a second are dropped, as the real service drops them.
func TimeCell(t time.Time) Cell { return Cell{Kind: Time, N: t.Unix()} }

// DateCell makes a calendar day.
func DateCell(year int, month time.Month, day int) Cell {
	return Cell{Kind: Date, N: time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()}
}

// ChoiceCell makes the code of an option.
func ChoiceCell(code int) Cell { return Cell{Kind: Choice, N: int64(code)} }

// ChoicesCell makes the codes of several options, as in "1,9".
func ChoicesCell(codes string) Cell { return Cell{Kind: Choices, S: codes} }

// RefCell makes a reference to a row.
func RefCell(table, key string) Cell { return Cell{Kind: Ref, S: key, Table: table} }

// Time returns the instant of a Time cell and midnight UTC of a Date cell.
func (c Cell) Time() time.Time { return time.Unix(c.N, 0).UTC() }

// Float returns the number of an Int, Decimal, Double, Bool or Choice cell; not-a-number for every other kind.
func (c Cell) Float() float64 {
	switch c.Kind {
	case Int, Bool, Choice:
		return float64(c.N)
	case Decimal, Double:
		f, err := strconv.ParseFloat(c.S, 64)
		if err == nil {
			return f
		}
	}
	return math.NaN()
}

// A Row is one row as it is now.
type Row struct {
	Key     string // a lower-case GUID
	Version int64
	Cells   []Cell // in the order of Table.Columns

	buffer []byte
	table  *Table // whose cells these are, and which of them are filled
	want   []int
}

package world_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"ferry/core/practice/world"
)

// everyCell calls see for each cell of the organisation that is not Null.
func everyCell(w *world.World, see func(t *world.Table, c *world.Column, i int, cell world.Cell)) {
	var r world.Row
	for _, t := range w.Tables() {
		for i := range w.Positions(t) {
			if !w.RowInto(t, i, nil, &r) {
				continue
			}
			for at, cell := range r.Cells {
				if cell.Kind != world.Null {
					see(t, t.Columns[at], i, cell)
				}
			}
		}
	}
}

// kinds is what a cell of each type of column holds.
var kinds = map[string]world.Kind{
	"StringType": world.Text, "MemoType": world.Text, "UniqueidentifierType": world.Text, "EntityNameType": world.Text,
	"FileType": world.Text, "ImageType": world.Bytes, "IntegerType": world.Int, "BigIntType": world.Int,
	"DecimalType": world.Decimal, "MoneyType": world.Decimal, "DoubleType": world.Double, "BooleanType": world.Bool,
	"PicklistType": world.Choice, "StateType": world.Choice, "StatusType": world.Choice, "MultiSelectPicklistType": world.Choices,
	"LookupType": world.Ref, "CustomerType": world.Ref, "OwnerType": world.Ref,
}

func TestEveryCellSuitsItsColumn(t *testing.T) {
	w := ordinary(t, nil)
	wrong := 0
	everyCell(w, func(table *world.Table, c *world.Column, i int, cell world.Cell) {
		fault := suits(w, table, c, cell)
		if fault != "" && wrong < 20 {
			wrong++
			t.Errorf("%s.%s in row %d: %s (%.80q)", table.Logical, c.Logical, i, fault, cell.S)
		}
	})
}

func suits(w *world.World, table *world.Table, c *world.Column, cell world.Cell) string {
	want := kinds[c.Type]
	if c.Type == "DateTimeType" {
		want = world.Time
		if c.Behavior == "DateOnly" {
			want = world.Date
		}
	}
	if cell.Kind != want {
		return "kind " + strconv.Itoa(int(cell.Kind))
	}
	if !c.ValidForRead || c.Property == "" {
		return "has a value although nobody can read it"
	}
	code := func(n int64) bool {
		return slices.ContainsFunc(c.Options, func(o world.Option) bool { return int64(o.Value) == n })
	}
	switch cell.Kind {
	case world.Text:
		if !utf8.ValidString(cell.S) {
			return "not UTF-8"
		}
		if c.MaxLength > 0 && len(utf16.Encode([]rune(cell.S))) > c.MaxLength {
			return "too long"
		}
	case world.Int:
		if c.Min != nil && c.Type == "IntegerType" && (float64(cell.N) < *c.Min || float64(cell.N) > *c.Max) {
			return "out of range: " + strconv.FormatInt(cell.N, 10)
		}
	case world.Decimal, world.Double:
		number, ok := new(big.Rat).SetString(cell.S)
		_, decimals, _ := strings.Cut(cell.S, ".")
		if !ok || !json.Valid([]byte(cell.S)) {
			return "no number"
		}
		if cell.Kind == world.Decimal && c.Type == "MoneyType" && len(decimals) != 4 {
			return "money without four decimals"
		}
		if f, _ := number.Float64(); c.Min != nil && (f < *c.Min-1 || f > *c.Max+1) {
			return "out of range"
		}
	case world.Choice:
		if !code(cell.N) && (c.Logical != "new_class" || cell.N != 100000099) {
			return "no such option: " + strconv.FormatInt(cell.N, 10)
		}
	case world.Choices:
		for part := range strings.SplitSeq(cell.S, ",") {
			if n, err := strconv.ParseInt(part, 10, 64); err != nil || !code(n) {
				return "no such option: " + part
			}
		}
	case world.Time, world.Date:
		if year := cell.Time().Year(); year < 1753 || year > 9999 {
			return "out of range"
		}
	case world.Ref:
		target := w.Table(cell.Table)
		if !slices.Contains(c.Targets, cell.Table) {
			return "points at " + cell.Table
		}
		if target == nil {
			return "" // the table itself is not here: one of the lost rows
		}
		if _, ok := w.Find(target, cell.S); !ok {
			return "points at nothing"
		}
	}
	return ""
}

func TestStatesAndStatusesBelongTogether(t *testing.T) {
	w := ordinary(t, nil)
	inactive := 0
	for _, table := range w.Tables() {
		state, status := table.Column("statecode"), table.Column("statuscode")
		if state == nil || status == nil || state.Property == "" || len(status.Options) == 0 {
			continue
		}
		for i := range w.Positions(table) {
			row, ok := w.Row(table, i)
			if !ok {
				continue
			}
			at := slices.IndexFunc(status.Options, func(o world.Option) bool { return int64(o.Value) == row.Cells[status.Index].N })
			if at < 0 || int64(status.Options[at].State) != row.Cells[state.Index].N {
				t.Fatalf("%s row %d: state %d, status %d", table.Logical, i, row.Cells[state.Index].N, row.Cells[status.Index].N)
			}
			if row.Cells[state.Index].N == 1 {
				inactive++
			}
		}
	}
	if inactive < 50 {
		t.Errorf("only %d inactive rows", inactive)
	}
}

// TestTheUsualRowsHaveEverythingNasty looks for each kind of trouble in the rows that everybody gets.
func TestTheUsualRowsHaveEverythingNasty(t *testing.T) {
	w := ordinary(t, nil)
	missing := map[string]func(table, column string, c world.Cell) bool{
		"accents":            has("account", "name", "ł"),
		"right to left":      has("account", "name", "ש"),
		"emoji":              has("account", "name", "👍"),
		"quotes":             has("account", "name", `"Quotes"`),
		"a formula":          starts("account", "name", "="),
		"a tab":              has("contact", "lastname", "\t"),
		"a line break":       has("contact", "lastname", "\r\n"),
		"the word null":      starts("contact", "lastname", "NULL"),
		"no-break space":     has("account", "name", "\u00a0"),
		"decomposed letters": has("account", "name", "u\u0308"),
		"an empty text":      func(_, _ string, c world.Cell) bool { return c.Kind == world.Text && c.S == "" },
		"2,000 characters":   long("account", "description", 2000),
		"100,000 characters": long("new_vessel", "new_log", 90_000),
		"long e-mail":        long("email", "description", 90_000),
		"no money":           digits("new_vessel", "new_price", "0.0000"),
		"all money":          digits("new_vessel", "new_price", "922337203685477.5807"),
		"all debts":          digits("new_vessel", "new_price", "-922337203685477.5808"),
		"negative money":     digits("account", "new_limit", "-0.0100"),
		"the first day":      day("contact", "birthdate", "1753-01-01"),
		"the last day":       day("contact", "birthdate", "9999-12-30"),
		"the last second":    day("new_vessel", "new_lastseen", "9999-12-30"),
		"a code that is gone": func(table, column string, c world.Cell) bool {
			return table == "new_vessel" && column == "new_class" && c.N == 100000099
		},
		"a code without label": func(table, column string, c world.Cell) bool {
			return table == "new_vessel" && column == "new_class" && c.N == 100000003
		},
		"2^53+1":        func(_, column string, c world.Cell) bool { return column == "new_transponder" && c.N == 1<<53+1 },
		"the least int": func(_, column string, c world.Cell) bool { return column == "new_transponder" && c.N == -1<<63 },
		"choices":       func(_, column string, c world.Cell) bool { return column == "new_cargo" && c.S == "1,2,9" },
		"contact of contact": func(table, column string, c world.Cell) bool {
			return table == "contact" && column == "parentcustomerid" && c.Table == "contact"
		},
		"contact of account": func(table, column string, c world.Cell) bool {
			return table == "contact" && column == "parentcustomerid" && c.Table == "account"
		},
		"a picture": func(_, column string, c world.Cell) bool {
			return column == "entityimage" && strings.HasPrefix(c.S, "\x89PNG")
		},
		"a file":     func(_, column string, c world.Cell) bool { return column == "new_manifest" && len(c.S) == 36 },
		"a secret":   func(_, column string, c world.Cell) bool { return column == "new_passcode" },
		"a lost row": func(table, _ string, c world.Cell) bool { return c.Kind == world.Ref && w.Table(c.Table) == nil },
		"team owner": func(_, column string, c world.Cell) bool { return column == "ownerid" && c.Table == "team" },
	}
	everyCell(w, func(table *world.Table, c *world.Column, _ int, cell world.Cell) {
		for what, found := range missing {
			if found(table.Logical, c.Logical, cell) {
				delete(missing, what)
			}
		}
	})
	for what := range missing {
		t.Errorf("no row has %s", what)
	}
}

type finder = func(table, column string, c world.Cell) bool

func has(table, column, part string) finder {
	return func(t, c string, cell world.Cell) bool {
		return t == table && c == column && strings.Contains(cell.S, part)
	}
}

func starts(table, column, part string) finder {
	return func(t, c string, cell world.Cell) bool {
		return t == table && c == column && strings.HasPrefix(cell.S, part)
	}
}

func long(table, column string, units int) finder {
	return func(t, c string, cell world.Cell) bool {
		return t == table && c == column && len(cell.S) >= units && len(utf16.Encode([]rune(cell.S))) >= units
	}
}

func digits(table, column, exact string) finder {
	return func(t, c string, cell world.Cell) bool { return t == table && c == column && cell.S == exact }
}

func day(table, column, exact string) finder {
	return func(t, c string, cell world.Cell) bool {
		return t == table && c == column && cell.Time().Format("2006-01-02") == exact
	}
}

func TestReferencesGoInCircles(t *testing.T) {
	w := ordinary(t, nil)
	accounts, contacts := w.Table("account"), w.Table("contact")
	at, steps := 11, 0
	for {
		parent := w.Cell(accounts, at, accounts.Column("parentaccountid"))
		at, _ = w.Find(accounts, parent.S)
		steps++
		if at == 11 || steps > 10 {
			break
		}
	}
	if steps != 3 {
		t.Errorf("the circle of accounts has %d steps", steps)
	}
	circles, alone := 0, 0
	for i := range w.Positions(accounts) {
		first := w.Cell(accounts, i, accounts.Column("primarycontactid"))
		if j, ok := w.Find(contacts, first.S); ok && w.Cell(contacts, j, contacts.Column("parentcustomerid")).S == w.Key(accounts, i) {
			circles++
		}
	}
	for i := range w.Positions(contacts) {
		if w.Cell(contacts, i, contacts.Column("parentcustomerid")).Kind == world.Null {
			alone++
		}
	}
	if circles < 100 || alone < 50 {
		t.Errorf("%d accounts point at a contact that points back; %d contacts have no account", circles, alone)
	}
}

func TestBaseMoneyFollowsTheRate(t *testing.T) {
	w := ordinary(t, nil)
	table := w.Table("new_vessel")
	price, base, rate := table.Column("new_price"), table.Column("new_price_base"), table.Column("exchangerate")
	other := 0
	for i := range w.Positions(table) {
		row, _ := w.Row(table, i)
		p, b, r := row.Cells[price.Index], row.Cells[base.Index], row.Cells[rate.Index]
		if p.Kind == world.Null != (b.Kind == world.Null) {
			t.Fatalf("row %d: price %q, base %q", i, p.S, b.S)
		}
		if p.Kind == world.Null || strings.HasPrefix(strings.TrimPrefix(p.S, "-"), "9223372036") {
			continue
		}
		x, _ := new(big.Rat).SetString(p.S)
		y, _ := new(big.Rat).SetString(b.S)
		z, _ := new(big.Rat).SetString(r.S)
		if r.S != "1.0000000000" {
			other++
		}
		off := new(big.Rat).Sub(x.Quo(x, z), y)
		if off.Abs(off).Cmp(big.NewRat(1, 20000)) > 0 {
			t.Fatalf("row %d: %s at %s is not %s", i, p.S, r.S, b.S)
		}
	}
	if other < 20 {
		t.Errorf("only %d rows in another currency", other)
	}
}

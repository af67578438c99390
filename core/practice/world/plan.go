package world

import "strings"

// A plan says how one column of a table is worked out.
type plan struct {
	column  *Column
	source  source   // nil: always empty
	salt    uint64   // of the cell's chance
	fill    uint64   // so many of 1024 rows have a value
	given   bool     // the key or the version: nobody changes it
	texts   []string // special texts, or the only ones
	numbers []int64  // special numbers, or the codes of options
	n       int64    // whatever the source needs
	other   []*plan  // columns of the same row that this one follows
	refs    []*store // tables that a lookup points at
}

// join tells the stores that depend on others how many rows they have.
func (w *World) join() {
	pointers := w.stores["activitypointer"]
	activities := 0
	for _, t := range w.tables {
		if t.Activity && t.Logical != "activitypointer" {
			pointers.parts = append(pointers.parts, w.stores[t.Logical])
			activities += w.stores[t.Logical].base
		}
	}
	pointers.base, pointers.live = 0, 0
	w.stores["activityparty"].resize(3 * activities)
	w.lore.rights = rightsOf(w.tables)
	for _, r := range w.lore.rights {
		w.lore.privileges = append(w.lore.privileges, r.name)
	}
	w.stores["privilege"].resize(len(w.lore.privileges))
}

func (s *store) resize(rows int) {
	s.base, s.live = rows, rows
	if rows >= 397 {
		s.period = 397
	}
}

// plan works out how each column of a table gets its values.
func (w *World) plan(t *Table) {
	t.plans = w.plansFor(t, t)
	if s := w.stores[t.Logical]; s.parts != nil {
		t.parts = make(map[string][]plan, len(s.parts))
		for _, part := range s.parts {
			of := w.byName[part.name]
			if of == nil {
				of = t // the activity was taken out; its rows are still there
			}
			t.parts[part.name] = w.plansFor(t, of)
		}
	}
}

// plansFor plans the columns of t for rows that the table of holds.
func (w *World) plansFor(t, of *Table) []plan {
	plans := make([]plan, len(t.Columns))
	byName := make(map[string]*plan, len(plans))
	for i, c := range t.Columns {
		plans[i] = plan{column: c, salt: hashText(c.Logical), fill: usualFill(c)}
		byName[c.Logical] = &plans[i]
	}
	for i := range plans {
		p := &plans[i]
		switch p.column.Logical {
		case t.Key:
			p.source, p.given = ownKey, true
			continue
		case "versionnumber":
			p.source, p.given = ownVersion, true
			continue
		}
		if !p.column.ValidForRead || p.column.Property == "" {
			continue
		}
		w.choose(of, p, byName)
	}
	return plans
}

// usualFill is how often a column has a value when nothing more is known of it. Many columns that the platform
// brings are never used.
func usualFill(c *Column) uint64 {
	if c.Required == "SystemRequired" {
		return 1024
	}
	if c.Custom {
		return 870
	}
	switch h := hashText("fill " + c.Logical); {
	case h%10 < 4:
		return 0
	case h%10 < 7:
		return 120
	case h%10 < 9:
		return 500
	}
	return 900
}

// choose gives a plan its source: by table and name, by name, by the beginning or the end of the name, by type.
func (w *World) choose(t *Table, p *plan, byName map[string]*plan) {
	for _, choose := range []func(*Table, *plan, map[string]*plan) bool{
		w.choosePlatform, w.choosePeople, w.chooseAddress, w.chooseSmall, w.chooseActivity,
	} {
		if choose(t, p, byName) {
			return
		}
	}
	w.chooseByType(t, p, byName)
}

func (p *plan) with(s source, fill uint64) bool {
	p.source, p.fill = s, fill
	return true
}

// follows names the columns that this one is worked out from; columns that are not there stay nil.
func (p *plan) follows(byName map[string]*plan, names ...string) {
	for _, name := range names {
		p.other = append(p.other, byName[name])
	}
}

func (w *World) chooseByType(t *Table, p *plan, byName map[string]*plan) {
	c := p.column
	switch c.Type {
	case "StringType", "MemoType":
		w.chooseText(p)
	case "IntegerType", "BigIntType":
		p.numbers = specialInts(c)
		p.source = wholeNumber
		if c.Max != nil && *c.Max < 1000<<7 {
			p.n = int64(*c.Max)
		}
	case "DecimalType":
		p.texts = specialDecimals(c)
		p.source = decimalNumber
	case "DoubleType":
		p.texts = specialDoubles(c)
		p.source = doubleNumber
	case "MoneyType":
		w.chooseMoney(p, byName)
	case "BooleanType":
		p.source = twoOptions
	case "PicklistType":
		p.numbers = codes(c.Options)
		p.source = oneOption
		if t.Logical == vessel {
			p.n = uncodedClass
		}
	case "MultiSelectPicklistType":
		p.texts = combinations(codes(c.Options))
		p.source = someOptions
	case "DateTimeType":
		p.source = anyTime
		p.numbers = specialTimes
		if c.Format == "DateOnly" {
			p.n = 1
		}
		if c.Behavior == "DateOnly" {
			p.source = anyDate
			p.numbers = specialDates
		}
	case "LookupType", "CustomerType", "OwnerType":
		w.chooseLookup(t, p)
	case "UniqueidentifierType", "FileType":
		p.source = anyGUID
		if strings.Contains(c.Logical, "processid") || strings.Contains(c.Logical, "stageid") {
			p.source = nil
		}
	case "ImageType":
		p.follows(byName, c.AttributeOf)
		p.source = picture
	}
}

// chooseLookup points a lookup at the tables of the organisation that it may point at. The tables behind some
// lookups are not here; those lookups are empty but for a few, as if the rows had been lost.
func (w *World) chooseLookup(t *Table, p *plan) {
	for _, target := range p.column.Targets {
		if s := w.stores[target]; s != nil && s.parts == nil {
			p.refs = append(p.refs, s)
		}
	}
	switch {
	case len(p.refs) > 0:
		p.source = anyRef
		p.fill = max(p.fill, 300)
	case len(p.column.Targets) > 0 && t.Logical == "account":
		p.texts = p.column.Targets[:1]
		p.source = lostRef
	}
}

func (w *World) chooseMoney(p *plan, byName map[string]*plan) {
	c := p.column
	p.numbers = specialMoney(c)
	p.source = money
	if c.CalculationOf != "" {
		p.follows(byName, c.CalculationOf, "transactioncurrencyid")
		p.source = baseMoney
	}
}

func codes(options []Option) []int64 {
	var list []int64
	for _, o := range options {
		list = append(list, int64(o.Value))
	}
	return list
}

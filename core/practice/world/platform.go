package world

// What the platform itself puts into every row: who and when, whose, in which state, in which currency.

// firstDay is when the organisation began, in seconds since 1970; movingDay is when it moved from an older system,
// which gave a third of all rows the same second.
const (
	firstDay  = 1325376000 // 2012-01-01
	movingDay = 1551405600 // 2019-03-01 02:00
	years     = 365 * 86400
)

func (w *World) choosePlatform(t *Table, p *plan, byName map[string]*plan) bool {
	users, teams, units := w.stores["systemuser"], w.stores["team"], w.stores["businessunit"]
	switch p.column.Logical {
	case "createdon":
		return p.with(created, 1024)
	case "modifiedon":
		return p.with(modified, 1024)
	case "overriddencreatedon":
		return p.with(overridden, 1024)
	case "createdby", "modifiedby":
		p.refs = []*store{users}
		return p.with(anyRef, 1024)
	case "createdonbehalfby", "modifiedonbehalfby":
		p.refs = []*store{users}
		return p.with(anyRef, 30)
	case "ownerid":
		p.refs = []*store{users, teams}
		return p.with(owner, 1024)
	case "owninguser":
		p.refs = []*store{users, teams}
		return p.with(owningUser, 1024)
	case "owningteam":
		p.refs = []*store{users, teams}
		return p.with(owningTeam, 1024)
	case "owningbusinessunit":
		p.refs = []*store{users, teams, units}
		return p.with(owningUnit, 1024)
	case "statecode":
		p.numbers = codes(p.column.Options)
		return p.with(state, 1024)
	case "statuscode":
		p.follows(byName, "statecode")
		return p.with(status, 1024)
	case "transactioncurrencyid":
		p.refs = []*store{w.stores["transactioncurrency"]}
		return p.with(rowCurrency, 1024)
	case "exchangerate":
		if t.Logical == "transactioncurrency" {
			return p.with(ownRate, 1024)
		}
		return p.with(rowRate, 1024)
	case "importsequencenumber":
		p.numbers = []int64{-2147483648}
		return p.with(wholeNumber, 200)
	case "timezoneruleversionnumber":
		p.numbers = []int64{4}
		return p.with(constant, 1024)
	case "utcconversiontimezonecode":
		p.numbers = []int64{110}
		return p.with(constant, 200)
	case "organizationid":
		p.refs = []*store{w.stores["organization"]}
		if p.column.Type == "UniqueidentifierType" {
			return p.with(firstKey, 1024)
		}
		return p.with(firstRow, 1024)
	case "masterid", "merged", "mergedname":
		if p.column.Type == "BooleanType" {
			return p.with(never, 1024)
		}
		return true
	}
	return w.choosePicture(p, byName)
}

// choosePicture plans the columns around a picture: its id decides whether there is one.
func (w *World) choosePicture(p *plan, byName map[string]*plan) bool {
	switch p.column.Logical {
	case "entityimageid", "new_portraitid":
		return p.with(anyGUID, 160)
	case "entityimage_url", "new_portrait_url":
		p.follows(byName, p.column.AttributeOf)
		return p.with(pictureLink, 1024)
	case "entityimage_timestamp", "new_portrait_timestamp":
		p.follows(byName, p.column.AttributeOf)
		return p.with(pictureTime, 1024)
	case "new_manifest_name":
		p.follows(byName, p.column.AttributeOf)
		p.texts = []string{"manifest.pdf", "Ladeliste für Ö.xlsx", "scan 1 (copy).tif", "貨物.txt"}
		return p.with(fileName, 1024)
	}
	return false
}

func createdAt(m *maker) int64 {
	h := mix(m.h ^ 0x63726561)
	if h%3 == 0 {
		return movingDay
	}
	return firstDay + int64(below(h, 13*years))
}

func created(m *maker, _ *plan) Cell { return Cell{Kind: Time, N: createdAt(m)} }

func modified(m *maker, _ *plan) Cell {
	h := mix(m.h ^ 0x6d6f6469)
	at := createdAt(m)
	if h&3 != 0 {
		at += int64(below(h, years))
	}
	return Cell{Kind: Time, N: at}
}

// overridden is when a row of the older system was made there.
func overridden(m *maker, _ *plan) Cell {
	if createdAt(m) != movingDay {
		return Cell{}
	}
	return Cell{Kind: Time, N: firstDay - int64(below(mix(m.h^0x6f6c64), 6*years))}
}

// ownerOf is the user at a position, or the team when team is true.
func ownerOf(m *maker, p *plan) (i int, team bool) {
	h := mix(m.h ^ 0x6f776e72)
	if h%10 == 0 {
		return below(h, p.refs[1].base), true
	}
	return below(h, p.refs[0].base), false
}

func owner(m *maker, p *plan) Cell {
	i, team := ownerOf(m, p)
	if team {
		return m.ref(p.refs[1], i)
	}
	return m.ref(p.refs[0], i)
}

func owningUser(m *maker, p *plan) Cell {
	if i, team := ownerOf(m, p); !team {
		return m.ref(p.refs[0], i)
	}
	return Cell{}
}

func owningTeam(m *maker, p *plan) Cell {
	if i, team := ownerOf(m, p); team {
		return m.ref(p.refs[1], i)
	}
	return Cell{}
}

// owningUnit is the business unit of whoever owns the row. Users and teams are dealt out to the units in turn.
func owningUnit(m *maker, p *plan) Cell {
	i, _ := ownerOf(m, p)
	return m.ref(p.refs[2], i%p.refs[2].base)
}

// ownUnit is the business unit of a user or a team.
func ownUnit(m *maker, p *plan) Cell { return m.ref(p.refs[0], m.i%p.refs[0].base) }

func stateOf(m *maker) int {
	h := mix(m.h ^ 0x7374)
	if h%8 != 0 {
		return 0
	}
	return int(h>>8&3) + 1
}

func state(m *maker, p *plan) Cell {
	if len(p.numbers) == 0 {
		return Cell{}
	}
	return Cell{Kind: Choice, N: p.numbers[min(stateOf(m), len(p.numbers)-1)]}
}

// status is one of those that belong to the row's state.
func status(m *maker, p *plan) Cell {
	if len(p.column.Options) == 0 {
		return Cell{}
	}
	of := 0
	if p.other[0] != nil {
		of = int(state(m, p.other[0]).N)
	}
	n := 0
	for _, o := range p.column.Options {
		if o.State == of {
			n++
		}
	}
	if n == 0 {
		return Cell{Kind: Choice, N: int64(p.column.Options[0].Value)}
	}
	k := below(m.hash(p), n)
	for _, o := range p.column.Options {
		if o.State != of {
			continue
		}
		if k == 0 {
			return Cell{Kind: Choice, N: int64(o.Value)}
		}
		k--
	}
	return Cell{}
}

// currencyOf is the position of the row's currency: mostly the organisation's own.
func currencyOf(m *maker) int {
	h := mix(m.h ^ 0x6d6f6e)
	if h%5 != 0 {
		return 0
	}
	n := min(m.w.stores["transactioncurrency"].base, len(m.w.lore.currencies))
	return below(h, n)
}

func rowCurrency(m *maker, p *plan) Cell { return m.ref(p.refs[0], currencyOf(m)) }

func rowRate(m *maker, _ *plan) Cell { return m.rate(currencyOf(m)) }

func ownRate(m *maker, _ *plan) Cell { return m.rate(m.i % len(m.w.lore.currencies)) }

func (m *maker) rate(currency int) Cell {
	off := len(m.buffer)
	m.buffer = appendFixed(m.buffer, m.w.lore.currencies[currency].rate, 10)
	return m.made(Decimal, off)
}

// constant is always the same number.
func constant(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	return Cell{Kind: Int, N: p.numbers[0]}
}

// fixedChoice is always the same option.
func fixedChoice(_ *maker, p *plan) Cell { return Cell{Kind: Choice, N: p.n} }

func never(*maker, *plan) Cell { return Cell{Kind: Bool} }

func always(*maker, *plan) Cell { return Cell{Kind: Bool, N: 1} }

func firstRow(m *maker, p *plan) Cell { return m.ref(p.refs[0], 0) }

func firstKey(m *maker, p *plan) Cell {
	c := m.ref(p.refs[0], 0)
	c.Kind, c.Table = Text|pending, ""
	return c
}

func pictureLink(m *maker, p *plan) Cell {
	if p.other[0] == nil || !m.filled(p.other[0]) {
		return Cell{}
	}
	off := len(m.buffer)
	m.buffer = append(m.buffer, "/Image/download.aspx?Entity="...)
	m.buffer = append(m.buffer, m.s.name...)
	m.buffer = append(m.buffer, "&Id="...)
	m.buffer = m.s.appendKey(m.buffer, m.i)
	return m.text(p, off)
}

func pictureTime(m *maker, p *plan) Cell {
	if p.other[0] == nil || !m.filled(p.other[0]) {
		return Cell{}
	}
	return Cell{Kind: Int, N: 638000000000000000 + int64(m.hash(p)>>16)}
}

func fileName(m *maker, p *plan) Cell {
	if p.other[0] == nil || !m.filled(p.other[0]) {
		return Cell{}
	}
	return listed(m, p)
}

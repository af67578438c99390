package world

// Who people are and for whom they work.

// twins are names that several rows share, and names that only look alike.
var twins = []string{
	"Müller GmbH", "Müller GmbH", "Müller GmbH", "Muller GmbH", "Mu\u0308ller GmbH", "MÜLLER GMBH", "Müller GmbH ",
	"Nordwind AG", "Nоrdwind AG", "Nordwind\u00a0AG", "Nordwind  AG", "Contoso, Ltd.", "Fish & Chips (Holdings) Ltd",
}

// ring is where accounts stand whose parents form a circle.
const (
	ringFirst = 11
	ringLast  = 13
)

func placeOf(w *World, h uint64) *place {
	return &w.lore.places[below(mix(h^0x706c6163), len(w.lore.places))]
}

// appendDomain writes the web domain of the account at a position, or of a row that is no account.
func (w *World) appendDomain(b []byte, s *store, i int) []byte {
	h := w.rowHash(s, i)
	word := w.lore.coined[below(mix(h^0x646f6d), len(w.lore.coined))]
	for n := 0; n < len(word); n++ {
		b = append(b, word[n]|0x20)
	}
	b = append(b, '-')
	b = appendBase36(b, uint64(i))
	return append(b, ".example"...)
}

func (w *World) choosePeople(t *Table, p *plan, byName map[string]*plan) bool {
	name := p.column.Logical
	if t.Logical == "systemuser" {
		return w.chooseUser(p)
	}
	switch {
	case (t.Logical == "account" || t.Logical == "competitor") && name == "name", t.Logical == "lead" && name == "companyname",
		t.Logical == vessel && name == "new_name":
		p.texts = w.special(p.column.MaxLength)
		return p.with(company, 1000)
	case t.Logical == "account" && name == "primarycontactid":
		p.refs = []*store{w.stores["contact"]}
		return p.with(primaryContact, 870)
	case t.Logical == "account" && name == "parentaccountid":
		p.refs = []*store{w.stores["account"]}
		return p.with(parentAccount, 420)
	case t.Logical == "account" && name == "revenue", name == "new_limit":
		byType(w, t, p, byName)
		p.fill = 800
		return true
	case t.Logical == "account" && name == "numberofemployees":
		byType(w, t, p, byName)
		p.fill = 800
		return true
	}
	if t.Logical == "contact" || t.Logical == "lead" {
		return w.choosePerson(t, p, byName)
	}
	return false
}

func byType(w *World, t *Table, p *plan, byName map[string]*plan) { w.chooseByType(t, p, byName) }

func (w *World) choosePerson(t *Table, p *plan, byName map[string]*plan) bool {
	p.refs = []*store{w.stores["account"], w.stores["contact"]}
	switch p.column.Logical {
	case "firstname":
		p.texts = w.special(p.column.MaxLength)
		return p.with(firstName, 1000)
	case "lastname":
		p.texts = w.special(p.column.MaxLength)
		return p.with(lastName, 1024)
	case "fullname":
		p.follows(byName, "firstname", "lastname")
		return p.with(fullName, 1024)
	case "jobtitle":
		p.texts = w.lore.jobs
		return p.with(listed, 700)
	case "department":
		p.texts = w.lore.departments
		return p.with(listed, 500)
	case "salutation":
		p.texts = []string{"Mr.", "Mrs.", "Ms.", "Dr.", "Herr", "Frau Prof. Dr.", "M.", "Mme"}
		return p.with(listed, 600)
	case "emailaddress1":
		p.follows(byName, "parentcustomerid")
		return p.with(personEmail, 930)
	case "subject":
		p.texts = w.lore.subjects
		return p.with(listed, 1024)
	case "parentcustomerid":
		return p.with(parentCustomer, 1024)
	case "accountid":
		p.follows(byName, "parentcustomerid")
		p.n = 0
		return p.with(parentOf, 1024)
	case "parentcontactid":
		p.follows(byName, "parentcustomerid")
		p.n = 1
		return p.with(parentOf, 1024)
	case "birthdate":
		p.numbers = specialDates
		return p.with(anyBirth, 500)
	}
	p.refs = nil
	return false
}

// company is what a firm is called: by its people or by a word of its own.
func company(m *maker, p *plan) Cell {
	if m.i >= 20 && m.i < 20+len(twins) {
		return Cell{Kind: Text, S: twins[m.i-20]}
	}
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Text, S: p.texts[k]}
	}
	at := placeOf(m.w, m.h)
	h := m.hash(p)
	off := len(m.buffer)
	if h&1 == 0 {
		m.buffer = append(m.buffer, at.last[below(h, len(at.last))].shown...)
	} else {
		m.buffer = append(m.buffer, m.w.lore.coined[below(mix(m.h^0x646f6d), len(m.w.lore.coined))]...)
	}
	h = mix(h)
	if h&3 != 0 {
		m.buffer = append(m.buffer, ' ')
		m.buffer = append(m.buffer, m.w.lore.trades[below(h, len(m.w.lore.trades))]...)
	}
	h = mix(h)
	m.buffer = append(m.buffer, ' ')
	m.buffer = append(m.buffer, at.legal[below(h, len(at.legal))]...)
	return m.text(p, off)
}

func primaryContact(m *maker, p *plan) Cell {
	if p.refs[0].base == 0 || !m.filled(p) {
		return Cell{}
	}
	return m.ref(p.refs[0], m.i%p.refs[0].base)
}

// parentAccount makes trees seven wide, and one circle.
func parentAccount(m *maker, p *plan) Cell {
	switch {
	case m.i >= ringFirst && m.i < ringLast && p.refs[0].base > ringLast:
		return m.ref(p.refs[0], m.i+1)
	case m.i == ringLast:
		return m.ref(p.refs[0], ringFirst)
	case m.i == 0 || !m.filled(p):
		return Cell{}
	}
	return m.ref(p.refs[0], m.i/7)
}

// customerOf tells for whom the contact at a position works: an account, another contact, or nobody.
func customerOf(m *maker, accounts int) (i int, table int) {
	h := mix(m.h^0x637573) % 100
	switch {
	case h < 82 && accounts > 0:
		return m.i % accounts, 0
	case h < 90 && m.i > 0:
		return m.i / 2, 1
	}
	return 0, -1
}

func parentCustomer(m *maker, p *plan) Cell {
	i, table := customerOf(m, p.refs[0].base)
	if table < 0 || m.s.name != "contact" && p.refs[table].base <= i {
		return Cell{}
	}
	return m.ref(p.refs[table], i)
}

// parentOf shows parentcustomerid again, when it is of this column's table.
func parentOf(m *maker, p *plan) Cell {
	if p.other[0] == nil {
		return Cell{}
	}
	i, table := customerOf(m, p.refs[0].base)
	if int64(table) != p.n {
		return Cell{}
	}
	return m.ref(p.refs[table], i)
}

func personOf(m *maker) (first, last word) {
	at := placeOf(m.w, m.h)
	if m.i >= 30 && m.i < 34 {
		return word{"Jan", "jan"}, word{"Novák", "novak"}
	}
	h := mix(m.h ^ 0x6e616d65)
	return at.first[below(h, len(at.first))], at.last[below(mix(h), len(at.last))]
}

func firstName(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Text, S: p.texts[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	first, _ := personOf(m)
	return Cell{Kind: Text, S: first.shown}
}

func lastName(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Text, S: p.texts[k]}
	}
	_, last := personOf(m)
	return Cell{Kind: Text, S: last.shown}
}

func fullName(m *maker, p *plan) Cell {
	first, last := m.cell(p.other[0]), m.cell(p.other[1])
	off := len(m.buffer)
	m.write(first)
	if len(m.buffer) > off {
		m.buffer = append(m.buffer, ' ')
	}
	m.write(last)
	return m.text(p, off)
}

func personEmail(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	first, last := personOf(m)
	off := len(m.buffer)
	m.buffer = append(m.buffer, first.plain...)
	m.buffer = append(m.buffer, '.')
	m.buffer = append(m.buffer, last.plain...)
	m.buffer = append(m.buffer, '@')
	if i, table := customerOf(m, p.refs[0].base); table == 0 {
		m.buffer = m.w.appendDomain(m.buffer, p.refs[0], i)
	} else {
		m.buffer = append(m.buffer, "mail.example"...)
	}
	return m.text(p, off)
}

func anyBirth(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.numbers)); ok {
		return Cell{Kind: Date, N: p.numbers[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	return Cell{Kind: Date, N: day(1940, 1, 1) + int64(below(m.hash(p), 66*365))*86400}
}

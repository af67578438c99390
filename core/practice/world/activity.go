package world

import (
	"slices"
	"strings"
)

// What people did: calls, tasks, letters, meetings, who took part in them, and notes.

func (w *World) chooseActivity(t *Table, p *plan, byName map[string]*plan) bool {
	name := p.column.Logical
	switch {
	case name == "activitytypecode":
		p.texts = []string{t.Logical}
		return p.with(only, 1024)
	case t.Logical == "activityparty":
		return w.chooseParty(p, byName)
	case t.Logical == "annotation":
		return w.chooseNote(p, byName)
	case name == "sender" || name == "torecipients":
		return p.with(anyEmail, 950)
	case t.Activity && name == "subject":
		p.texts = slices.Concat(w.special(p.column.MaxLength), w.lore.subjects)
		return p.with(subject, 1024)
	case t.Activity && name == "regardingobjectid":
		p.refs = []*store{w.stores["account"], w.stores["contact"], w.stores["lead"], w.stores["opportunity"], w.stores["incident"]}
		return p.with(anyRef, 880)
	case t.Activity && (name == "scheduledstart" || name == "scheduledend"):
		p.numbers = specialTimes
		return p.with(anyTime, 900)
	case t.Activity && p.column.Type == "LookupType" && name != "createdby":
		w.chooseLookup(t, p)
		p.fill = min(p.fill, 60)
		return true
	case (t.Logical == "opportunity" || t.Logical == "incident") && name == t.Title:
		p.texts = slices.Concat(w.special(p.column.MaxLength), w.lore.subjects)
		return p.with(subject, 1024)
	case strings.HasSuffix(name, "customerid") && p.column.Type == "CustomerType":
		p.refs = []*store{w.stores["account"], w.stores["contact"]}
		return p.with(anyRef, 1000)
	}
	return false
}

// subject is a line about what it is, or one of the special texts.
func subject(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Text, S: p.texts[k]}
	}
	list := m.w.lore.subjects
	h := m.hash(p)
	off := len(m.buffer)
	m.buffer = append(m.buffer, list[below(h, len(list))]...)
	if h&1 == 0 {
		m.buffer = append(m.buffer, " ("...)
		m.buffer = appendDigits(m.buffer, uint64(m.i), 1)
		m.buffer = append(m.buffer, ')')
	}
	return m.text(p, off)
}

// Each activity has three parties: who did it, with whom, and one more who may be known by an address only.
func (w *World) chooseParty(p *plan, byName map[string]*plan) bool {
	p.refs = []*store{w.stores["systemuser"], w.stores["contact"], w.stores["account"]}
	switch p.column.Logical {
	case "activityid":
		p.refs = append([]*store(nil), w.stores["activitypointer"].parts...)
		return p.with(partyActivity, 1024)
	case "partyid":
		return p.with(party, 1024)
	case "participationtypemask":
		return p.with(partyRole, 1024)
	case "addressused":
		p.follows(byName, "partyid")
		return p.with(partyAddress, 1024)
	case "ispartydeleted":
		return p.with(never, 1024)
	}
	p.refs = nil
	return false
}

func partyActivity(m *maker, p *plan) Cell {
	i := m.i / 3
	for _, part := range p.refs {
		if i < part.base {
			c := m.ref(part, i)
			c.Table = "activitypointer"
			return c
		}
		i -= part.base
	}
	return Cell{}
}

func party(m *maker, p *plan) Cell {
	h := m.hash(p)
	switch m.i % 3 {
	case 0:
		return m.any(p.refs[0], h)
	case 1:
		return m.any(p.refs[1], h)
	}
	if h&1 == 0 {
		return Cell{}
	}
	return m.any(p.refs[2], h)
}

func partyRole(m *maker, _ *plan) Cell { return Cell{Kind: Choice, N: int64(m.i%3 + 1)} }

func partyAddress(m *maker, p *plan) Cell {
	if m.i%3 != 2 {
		return Cell{}
	}
	return anyEmail(m, p)
}

func (w *World) chooseNote(p *plan, byName map[string]*plan) bool {
	switch p.column.Logical {
	case "objectid":
		p.refs = []*store{w.stores["account"], w.stores["contact"]}
		return p.with(noteObject, 1024)
	case "objecttypecode":
		p.texts = []string{"account", "contact"}
		return p.with(func(m *maker, p *plan) Cell { return Cell{Kind: Text, S: p.texts[m.i%2]} }, 1024)
	case "notetext":
		w.chooseText(p)
		p.fill = 1000
		return true
	case "isdocument":
		return p.with(func(m *maker, _ *plan) Cell { return BoolCell(hasDocument(m)) }, 1024)
	case "documentbody":
		return p.with(document, 1024)
	case "filename":
		p.texts = []string{"offer.pdf", "Größe & Maße.xlsx", "scan (1).tif", "no extension", "図面.dwg"}
		return p.with(documentFact, 1024)
	case "mimetype":
		p.texts = []string{"application/octet-stream"}
		return p.with(documentFact, 1024)
	case "filesize":
		return p.with(documentSize, 1024)
	}
	return false
}

func noteObject(m *maker, p *plan) Cell { return m.any(p.refs[m.i%2], m.hash(p)) }

func hasDocument(m *maker) bool { return m.h%3 == 0 }

// document is a small file in base64: its bytes are all alike.
func document(m *maker, p *plan) Cell {
	if !hasDocument(m) {
		return Cell{}
	}
	off := len(m.buffer)
	for range documentBlocks(m) {
		m.buffer = append(m.buffer, "Rm9y"...)
	}
	return m.made(Text, off)
}

func documentBlocks(m *maker) int { return 1 + int(m.h>>8%400) }

func documentSize(m *maker, _ *plan) Cell {
	if !hasDocument(m) {
		return Cell{Kind: Int}
	}
	return Cell{Kind: Int, N: int64(3 * documentBlocks(m))}
}

func documentFact(m *maker, p *plan) Cell {
	if !hasDocument(m) {
		return Cell{}
	}
	return Cell{Kind: Text, S: p.texts[below(m.hash(p), len(p.texts))]}
}

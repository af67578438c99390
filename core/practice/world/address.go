package world

import "strings"

// Where people and firms are, and how to reach them.

// chooseAddress plans addresses and telephones. Each address of a row is in one place.
func (w *World) chooseAddress(t *Table, p *plan, byName map[string]*plan) bool {
	name := p.column.Logical
	prefix, part, ok := strings.Cut(name, "_")
	if t.Logical == "customeraddress" && !ok {
		prefix, part, ok = "", name, true
	}
	fill := uint64(880)
	switch {
	case name == "telephone1", name == "mobilephone":
		return p.with(phone, 850)
	case t.Logical == "account" && (name == "emailaddress1" || name == "websiteurl"):
		w.chooseText(p)
		p.fill = 880
		return true
	case t.Logical == "account" && name == "accountnumber", name == "new_number", name == "productnumber", name == "ticketnumber":
		return p.with(serial, 1024)
	case name == "description" || name == "new_log" || name == "new_remark" || name == "new_story":
		w.chooseText(p)
		p.fill = 560
		return true
	case !ok || prefix != "" && !strings.HasPrefix(prefix, "address"):
		return false
	case prefix == "address2":
		fill = 250
	case prefix == "address3":
		fill = 50
	}
	p.n = int64(hashText(prefix) >> 1)
	switch part {
	case "line1", "city", "stateorprovince", "postalcode", "country", "composite", "latitude", "longitude":
		p.texts = w.special(p.column.MaxLength)
		return p.with(addressParts[part], fill)
	case "telephone1", "telephone2", "telephone3", "fax":
		return p.with(phone, fill/3)
	case "addressid":
		return p.with(anyGUID, 1024)
	case "line2", "line3", "name", "county", "primarycontactname":
		p.texts = w.special(p.column.MaxLength)
		return p.with(words, fill/6)
	}
	p.n = 0
	return false
}

var addressParts = map[string]source{
	"line1": addressLine, "city": addressCity, "stateorprovince": addressState, "postalcode": addressPostal,
	"country": addressCountry, "composite": addressWhole, "latitude": addressLatitude, "longitude": addressLongitude,
}

// addressOf is where an address is: all its parts agree.
func addressOf(m *maker, p *plan) (at *place, city *[3]string, h uint64, ok bool) {
	h = m.h
	if p.n != addressOne {
		h = mix(m.h ^ uint64(p.n))
	}
	at = placeOf(m.w, h)
	h = mix(h ^ 0x61646472)
	return at, &at.cities[below(h, len(at.cities))], h, h&1023 < p.fill
}

// addressOne stands for address1, which is where the row's people come from.
var addressOne = int64(hashText("address1") >> 1)

func addressLine(m *maker, p *plan) Cell {
	at, _, h, ok := addressOf(m, p)
	if !ok {
		return Cell{}
	}
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Text, S: p.texts[k]}
	}
	off := len(m.buffer)
	m.appendStreet(at, h)
	return m.text(p, off)
}

func (m *maker) appendStreet(at *place, h uint64) {
	h = mix(h)
	m.buffer = append(m.buffer, at.streets[below(h, len(at.streets))]...)
	m.buffer = append(m.buffer, ' ')
	m.buffer = appendDigits(m.buffer, 1+h%240, 1)
	if h&48 == 0 {
		m.buffer = append(m.buffer, 'a')
	}
}

func addressCity(m *maker, p *plan) Cell {
	if _, city, _, ok := addressOf(m, p); ok {
		return Cell{Kind: Text, S: city[0]}
	}
	return Cell{}
}

func addressState(m *maker, p *plan) Cell {
	if _, city, _, ok := addressOf(m, p); ok && city[1] != "" {
		return Cell{Kind: Text, S: city[1]}
	}
	return Cell{}
}

func addressPostal(m *maker, p *plan) Cell {
	if _, city, _, ok := addressOf(m, p); ok {
		return Cell{Kind: Text, S: city[2]}
	}
	return Cell{}
}

func addressCountry(m *maker, p *plan) Cell {
	if at, _, _, ok := addressOf(m, p); ok {
		return Cell{Kind: Text, S: at.country}
	}
	return Cell{}
}

// addressWhole is the address on several lines.
func addressWhole(m *maker, p *plan) Cell {
	at, city, h, ok := addressOf(m, p)
	if !ok {
		return Cell{}
	}
	off := len(m.buffer)
	m.appendStreet(at, h)
	m.buffer = append(m.buffer, '\r', '\n')
	m.buffer = append(m.buffer, city[2]...)
	m.buffer = append(m.buffer, ' ')
	m.buffer = append(m.buffer, city[0]...)
	m.buffer = append(m.buffer, '\r', '\n')
	m.buffer = append(m.buffer, at.country...)
	return m.text(p, off)
}

func addressLatitude(m *maker, p *plan) Cell {
	at, _, h, ok := addressOf(m, p)
	return m.coordinate(at.latitude, h, ok)
}

func addressLongitude(m *maker, p *plan) Cell {
	at, _, h, ok := addressOf(m, p)
	return m.coordinate(at.longitude, mix(h), ok)
}

// coordinate is near the middle of the country.
func (m *maker) coordinate(near string, h uint64, ok bool) Cell {
	if !ok || h&7 > 2 {
		return Cell{}
	}
	off := len(m.buffer)
	m.buffer = append(m.buffer, near...)
	m.buffer = appendDigits(m.buffer, h>>8%1000, 3)
	m.buffer = append(m.buffer, '1')
	return m.made(Double, off)
}

// phone is a number of the row's country, in one of the ways people write it.
func phone(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	h := m.hash(p)
	off := len(m.buffer)
	prefix := placeOf(m.w, m.h).prefix
	switch h & 7 {
	case 0:
		m.buffer = append(m.buffer, "00"...)
		m.buffer = append(m.buffer, prefix[1:]...)
	case 1:
		m.buffer = append(m.buffer, '(')
		m.buffer = append(m.buffer, prefix...)
		m.buffer = append(m.buffer, ')')
	default:
		m.buffer = append(m.buffer, prefix...)
	}
	m.buffer = append(m.buffer, ' ')
	m.buffer = appendDigits(m.buffer, h>>8%1000, 2)
	m.buffer = append(m.buffer, " 555 "...)
	m.buffer = appendDigits(m.buffer, h>>20%10000, 4)
	if h>>40&15 == 0 {
		m.buffer = append(m.buffer, " ext. 7"...)
	}
	return m.text(p, off)
}

package world

import "strings"

// longMemo is how long the longest texts are where a column allows it.
const longMemo = 100_000

// special returns the special texts for columns of a length. They are made once. The caller holds the lock or is New.
func (w *World) special(length int) []string {
	texts := w.texts[length]
	if texts == nil {
		texts = specialTexts(length)
		w.texts[length] = texts
	}
	return texts
}

// specialTexts are the texts that break programs, cut to a column's length. The last one fills the column to its
// last character.
func specialTexts(length int) []string {
	all := []string{
		`=HYPERLINK("http://trap.example","click")`, "+1+1", "-2+3", "@SUM(A1:A9)",
		`O'Brien "Quotes" & <b>Söhne</b>`, "tab\there\tand there", "line one\r\nline two\nline three\r\n",
		"שלום עולם (abc) 123", "مؤسسة النور للتجارة", "\u202Eright-to-left\u202C override",
		"👩‍👩‍👧‍👦 Familie 🏳️‍🌈 🇸🇪 👍🏽", "", " ", "  leading and trailing  ", "\u00a0no-break\u00a0space\u00a0",
		"NULL", "null", "0012345", "1e5", "2024-01-01", "TRUE", "12,50", "'; DROP TABLE accounts; --", "%00%0d%0a%s%n",
		`C:\new\table\`, `\u0041\n`, "Zoë Café", "Zoe\u0308 Cafe\u0301", "İSTANBUL ıspanak ẞ ß ﬁ ŉ", "line\u2028separator",
		"𠮷野家 𝒳 𐍈", `{"json":[1,2,{"a":null}]}`, "a,b;c|d\te", "\ufeffmark in front", "zero\u200bwidth\u200djoiner",
		"\u0085next line", "</script><script>alert(1)</script>", "ﷺ ﷽", "Z̷̢̛a̸l̵g̶o̴", "`backtick` $HOME ${x} {{y}}", "€uro £ ¥ ₿ Ⅷ ½ ② №",
	}
	for i, s := range all {
		all[i] = cutText(s, length)
	}
	return append(all, fullText(length))
}

// fullText has exactly so many UTF-16 units, or a few thousand when a column allows more.
func fullText(length int) string {
	if length <= 0 || length > 5000 {
		length = 5000
	}
	const pattern = "0123456789 äöü 👍 "
	var b strings.Builder
	units := 0
	for units < length {
		for _, r := range pattern {
			size := 1
			if r > 0xffff {
				size = 2
			}
			if units+size > length-1 {
				if units < length-1 {
					b.WriteByte('.')
					units++
				}
				b.WriteByte('|')
				return b.String()
			}
			b.WriteRune(r)
			units += size
		}
	}
	return b.String()
}

func cutText(s string, length int) string {
	m := maker{buffer: []byte(s)}
	m.cut(0, length)
	return string(m.buffer)
}

// chooseText gives a text column its source by what its format and its name tell.
func (w *World) chooseText(p *plan) {
	c := p.column
	name := c.Logical
	p.texts = w.special(c.MaxLength)
	switch {
	case c.Type == "MemoType" || c.MaxLength >= 2000 && c.Format == "TextArea":
		p.source = memo
		if c.MaxLength >= longMemo {
			p.n = 1
		}
	case c.Format == "Email":
		p.source = anyEmail
	case c.Format == "Url":
		p.source = anyLink
	case c.Format == "Phone", strings.Contains(name, "telephone"), strings.HasSuffix(name, "fax"):
		p.source = phone
	case strings.HasPrefix(name, "yomi"), strings.Contains(name, "traversedpath"):
		p.source = nil
	case strings.Contains(name, "number"):
		p.source = serial
	default:
		p.source = words
	}
}

// words are two words and perhaps a number.
func words(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Text, S: p.texts[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	h := m.hash(p)
	list := m.w.lore.words
	off := len(m.buffer)
	m.buffer = append(m.buffer, list[below(h, len(list))]...)
	m.buffer = append(m.buffer, ' ')
	h = mix(h)
	m.buffer = append(m.buffer, list[below(h, len(list))]...)
	if h&3 == 0 {
		m.buffer = append(m.buffer, ' ')
		m.buffer = appendDigits(m.buffer, h>>4%1000, 1)
	}
	return m.text(p, off)
}

// memo is a few sentences; where n is set, one row in a while has a very long one.
func memo(m *maker, p *plan) Cell {
	h := m.hash(p)
	if p.n != 0 && m.i%1009 == 17 && p.fill > 0 {
		return m.long(p, longMemo+below(h, 1000))
	}
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Text, S: p.texts[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	if h>>8&255 == 7 {
		return m.long(p, 2100)
	}
	list := m.w.lore.phrases
	if strings.HasPrefix(p.column.Format, "RichText") {
		list = m.w.lore.phrasesHTML
	}
	off := len(m.buffer)
	for n := h & 3; ; n-- {
		h = mix(h)
		m.buffer = append(m.buffer, list[below(h, len(list))]...)
		if n == 0 {
			break
		}
		if h&1 == 0 {
			m.buffer = append(m.buffer, ' ')
		} else {
			m.buffer = append(m.buffer, '\r', '\n')
		}
	}
	return m.text(p, off)
}

// long is a text of at least so many bytes.
func (m *maker) long(p *plan, size int) Cell {
	off := len(m.buffer)
	h := m.hash(p)
	list := m.w.lore.phrases
	for n := 1; len(m.buffer)-off < size; n++ {
		h = mix(h)
		m.buffer = appendDigits(m.buffer, uint64(n), 1)
		m.buffer = append(m.buffer, ". "...)
		m.buffer = append(m.buffer, list[below(h, len(list))]...)
		m.buffer = append(m.buffer, '\r', '\n')
	}
	return m.text(p, off)
}

// serial is a number with letters in front, as offices give them; it is unique in its column.
func serial(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	off := len(m.buffer)
	m.buffer = append(m.buffer, byte('A'+m.hash(p)%26), '-')
	m.buffer = appendDigits(m.buffer, uint64(m.i), 6)
	return m.text(p, off)
}

func anyLink(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	off := len(m.buffer)
	m.buffer = append(m.buffer, "https://www."...)
	m.buffer = m.w.appendDomain(m.buffer, m.s, m.i)
	m.buffer = append(m.buffer, "/?q=1&r=%C3%A9#top"...)
	return m.text(p, off)
}

func anyEmail(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	h := m.hash(p)
	off := len(m.buffer)
	if h&63 == 0 {
		m.buffer = append(m.buffer, "O'Hara+Tag"...)
	} else {
		m.buffer = append(m.buffer, "office"...)
	}
	m.buffer = append(m.buffer, '@')
	m.buffer = m.w.appendDomain(m.buffer, m.s, m.i)
	return m.text(p, off)
}

// only is always the same text.
func only(_ *maker, p *plan) Cell { return Cell{Kind: Text, S: p.texts[0]} }

// listed is one of the plan's texts, by chance.
func listed(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	return Cell{Kind: Text, S: p.texts[below(m.hash(p), len(p.texts))]}
}

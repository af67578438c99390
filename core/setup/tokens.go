package setup

import "strings"

// passwords finds what stands behind a label of a secret and has a shape of its own.
func (f *finder) passwords() {
	added := false
	covered := make(map[int]bool, len(f.values))
	for _, v := range f.values {
		if v.kind != kindDomain && v.kind != kindMail {
			covered[v.start] = true
		}
	}
	for _, l := range f.lines {
		if l.end-l.start > 4000 {
			continue
		}
		from := l.start
		for n := 0; n < 8; n++ {
			i := strings.IndexAny(f.text[from:l.end], ":=\t|")
			if i < 0 {
				break
			}
			label := tail(f.text[l.start : from+i])
			if cut := strings.LastIndexAny(label, ";{"); cut >= 0 {
				label = label[cut:]
			}
			from += i + 1
			if !hinted(label) {
				continue
			}
			start, end := single(f.text, from, l.end)
			if start < 0 || covered[start] {
				continue
			}
			r := f.read.read(label, fits(kindToken))
			if v, ok := f.token(start, end, r); ok {
				f.values, added = append(f.values, v), true
				covered[start] = true
				from = end
			}
		}
	}
	if added {
		sorted(f.values)
		f.split()
	}
}

// hinted is a quick look whether a label could be one of a secret.
func hinted(label string) bool {
	label = strings.ToLower(label)
	for _, stem := range []string{"secre", "geheim", "pass", "kennwort", "schl", "cl", "key", "val", "wert", "waarde", "seg", "pwd", "contras", "wacht", "mot de", "chave", "hemlig"} {
		if strings.Contains(label, stem) {
			return true
		}
	}
	return false
}

// single is the one word that stands between a sign such as ":" and the end of the column; -1 when there is none.
func single(text string, from, to int) (start, end int) {
	for from < to && strings.IndexByte(" \t|=>:", text[from]) >= 0 {
		from++
	}
	if from >= to {
		return -1, -1
	}
	if q := text[from]; q == '"' || q == '\'' {
		if i := strings.IndexByte(text[from+1:to], q); i >= 8 {
			return from + 1, from + 1 + i
		}
		return -1, -1
	}
	end = from
	for end < to && strings.IndexByte(" \t", text[end]) < 0 {
		end++
	}
	if rest := strings.TrimLeft(text[end:to], " "); rest != "" && !strings.ContainsAny(rest[:1], "\t|(") && !strings.HasPrefix(text[end:to], "  ") {
		return -1, -1 // a sentence
	}
	return from, end
}

// token decides whether the word behind a label is a secret. An older one may be of any shape.
func (f *finder) token(start, end int, r reading) (value, bool) {
	text := strings.TrimRight(f.text[start:end], ",")
	if i := strings.IndexByte(text, ';'); i >= 8 && strings.ContainsRune(text[i:], '=') || i == len(text)-1 && i > 0 {
		text = text[:i] // a connection string goes on
	}
	text = strings.NewReplacer(`\/`, "/", `\u0026`, "&", `\u002b`, "+", `\u003c`, "<", `\u003e`, ">", `\"`, `"`).Replace(text)
	v := value{kind: kindToken, start: start, end: end, text: text, class: r.class, strong: r.strong}
	if r.class != classSecret && r.class != classPassword && r.class != classOther || len(text) < 8 || len(text) > 256 ||
		strings.Contains(text, "://") || placeholder(text) || isGUID(strings.ToLower(text)) || calendarLike(text) {
		return v, false
	}
	digit := strings.ContainsAny(text, "0123456789")
	switch {
	case r.class == classOther:
		f.passwordLeft = true
		return v, true
	case r.class == classPassword:
		return v, digit
	case !r.strong:
		return v, len(text) >= 24 && mixed(text)
	case mailShape.MatchString(text):
		return v, false
	}
	return v, digit && (len(text) >= 16 || lettered(text))
}

func placeholder(text string) bool {
	t := strings.ToLower(text)
	return strings.ContainsAny(t, "<>…") || strings.Contains(t, "***") || strings.Contains(t, "•••") || strings.Contains(t, "...") || strings.Contains(t, "xxxx")
}

func calendarLike(text string) bool {
	return dateISO.MatchString(text) || len(text) <= 10 && dateShort.MatchString(text)
}

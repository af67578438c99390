package scan

import (
	"encoding/base64"
	"math/bits"
	"strings"
	"time"

	"ferry/core"
)

const guidSize = 36

// atoi reads a whole number of 64 bits.
func atoi(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 19 || neg && string(b) == "0" { // -0 is no whole number that could be kept
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	switch {
	case neg && n <= 1<<63:
		return -int64(n), true
	case !neg && n < 1<<63:
		return int64(n), true
	}
	return 0, false
}

// guid writes the GUID in b to g, in lower case. Braces around it are dropped.
func guid(g *[guidSize]byte, b []byte) bool {
	if len(b) == guidSize+2 && b[0] == '{' && b[guidSize+1] == '}' {
		b = b[1 : guidSize+1]
	}
	if len(b) != guidSize {
		return false
	}
	for i, c := range b {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f':
		case 'A' <= c && c <= 'F':
			c |= 0x20
		default:
			return false
		}
		g[i] = c
	}
	return true
}

// GUID returns the GUID in text in lower case, without braces; false when there is none.
func GUID(text string) (string, bool) {
	var g [guidSize]byte
	if !guid(&g, []byte(text)) {
		return "", false
	}
	return string(g[:]), true
}

// codes reads "1,9". Spaces are tolerated; an empty text is no choice at all.
func codes(b []byte) (core.Value, bool) {
	var list [32]int64
	out := list[:0]
	for part := range strings.SplitSeq(string(b), ",") {
		n, ok := atoi([]byte(strings.TrimSpace(part)))
		if !ok {
			return core.Value{}, false
		}
		out = append(out, n)
	}
	return core.Choices(out...), true
}

// raw reads base64.
func raw(b []byte) (core.Value, bool) {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if out, err := enc.DecodeString(string(b)); err == nil {
			return core.Bytes(out), true
		}
	}
	return core.Value{}, false
}

// instant reads a date-time with zone, or a calendar day. A date-time at midnight UTC is a day where day is wanted.
func instant(b []byte, day bool) (core.Value, bool) {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' {
		return core.Value{}, false
	}
	year, ok1 := two(b[0:2])
	low, ok2 := two(b[2:4])
	month, ok3 := two(b[5:7])
	dom, ok4 := two(b[8:10])
	year = year*100 + low
	if !(ok1 && ok2 && ok3 && ok4) || year == 0 || month < 1 || month > 12 || dom < 1 || dom > daysIn(year, month) {
		return core.Value{}, false
	}
	if len(b) == 10 {
		return core.Date(year, time.Month(month), dom), true
	}
	var t time.Time
	if len(b) == 20 && b[10] == 'T' && b[13] == ':' && b[16] == ':' && b[19] == 'Z' {
		h, ok1 := two(b[11:13])
		m, ok2 := two(b[14:16])
		s, ok3 := two(b[17:19])
		if !(ok1 && ok2 && ok3) || h > 23 || m > 59 || s > 59 {
			return core.Value{}, false
		}
		t = time.Date(year, time.Month(month), dom, h, m, s, 0, time.UTC)
	} else {
		var err error
		if len(b) > len("2006-01-02T15:04:05.999999999+00:00") {
			return core.Value{}, false
		}
		if t, err = time.Parse(time.RFC3339Nano, string(b)); err != nil {
			return core.Value{}, false
		}
		t = t.UTC()
	}
	if day && t.Equal(t.Truncate(24*time.Hour)) {
		return core.Date(t.Year(), t.Month(), t.Day()), true
	}
	return core.Time(t), true
}

func two(b []byte) (int, bool) {
	h, l := b[0]-'0', b[1]-'0'
	return int(h)*10 + int(l), h <= 9 && l <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// Hash is a 64-bit hash (FNV-1a) of a key; it is the same in every run.
func Hash(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return h
}

// Chain adds a key's hash to the hash of the keys before it: order counts.
func Chain(before, hash uint64) uint64 {
	return (bits.RotateLeft64(before, 7) ^ hash) * 1099511628211
}

// clock reads a time of no time zone: what it says of a zone, if anything, means nothing.
func clock(b []byte) (core.Value, bool) {
	if v, ok := instant(b, false); ok && (v.Kind() == core.KindDate || b[len(b)-1] == 'Z') {
		if v.Kind() == core.KindTime {
			v = core.Clock(v.AsTime())
		}
		return v, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, string(b)); err == nil && len(b) <= len("2006-01-02T15:04:05.999999999+00:00") {
			return core.Clock(t), true
		}
	}
	return core.Value{}, false
}

package importer

import (
	"encoding/binary"
	"time"

	"ferry/core"
)

// wallClock is set in the kind of a time that belongs to no time zone.
const wallClock = 0x80

// appendValue packs a value of any kind: destinations with fields of their own have them all.
func appendValue(out []byte, v core.Value) []byte {
	kind := byte(v.Kind())
	if v.IsClock() {
		kind |= wallClock
	}
	out = append(out, kind)
	switch v.Kind() {
	case core.KindBool, core.KindInt, core.KindChoice:
		return binary.AppendVarint(out, v.AsInt())
	case core.KindTime, core.KindDate:
		t := v.AsTime()
		return binary.AppendVarint(binary.AppendVarint(out, t.Unix()), int64(t.Nanosecond()))
	case core.KindChoices:
		codes := v.AsChoices()
		out = binary.AppendUvarint(out, uint64(len(codes)))
		for _, n := range codes {
			out = binary.AppendVarint(out, n)
		}
		return out
	case core.KindRef:
		table, id := v.AsRef()
		return appendPart(appendPart(out, table), id)
	case core.KindBytes:
		return appendPart(out, string(v.AsBytes()))
	case core.KindText, core.KindDecimal:
		return appendPart(out, v.AsText())
	}
	return out
}

// value reads what appendValue wrote.
func (u *unpacker) value() core.Value {
	kind := u.byte()
	switch core.Kind(kind &^ wallClock) {
	case core.KindNull:
		return core.Null()
	case core.KindBool:
		return core.Bool(u.signed() != 0)
	case core.KindInt:
		return core.Int(u.signed())
	case core.KindChoice:
		return core.Choice(u.signed())
	case core.KindTime:
		t := u.time()
		if kind&wallClock != 0 {
			return core.Clock(t)
		}
		return core.Time(t)
	case core.KindDate:
		return core.Date(u.time().Date())
	case core.KindChoices:
		n := u.number()
		if n > len(u.in) {
			u.in, u.bad = nil, true
			return core.Value{}
		}
		codes := make([]int64, n)
		for i := range codes {
			codes[i] = u.signed()
		}
		return core.Choices(codes...)
	case core.KindRef:
		table := u.text()
		return core.Ref(table, u.text())
	case core.KindBytes:
		return core.Bytes([]byte(u.text()))
	case core.KindText:
		return core.Text(u.text())
	case core.KindDecimal:
		return core.Decimal(u.text())
	}
	u.in, u.bad = nil, true
	return core.Value{}
}

func (u *unpacker) time() time.Time {
	seconds, nanos := u.signed(), u.signed()
	if nanos < 0 || nanos >= int64(time.Second) || seconds < -1<<40 || seconds > 1<<40 {
		u.in, u.bad = nil, true
		return time.Time{}
	}
	return time.Unix(seconds, nanos).UTC()
}

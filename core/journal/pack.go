package journal

import (
	"encoding/binary"
	"encoding/hex"
	"errors"

	"ferry/core"
	"ferry/core/importer"
)

// The rows of an open batch are kept in one blob. Each row is a byte of flags, a byte of what it is owed, a byte of what
// became of it, a byte of what it was, and its key: 16 bytes for a GUID in lower case, otherwise a length and the text.
const (
	flagGUID  = 1
	flagKnown = 2
)

var errPacked = errors.New("journal: the rows of a batch cannot be read")

func pack(rows []importer.BatchRow) []byte {
	out := make([]byte, 0, len(rows)*20+1)
	for _, r := range rows {
		flags := byte(0)
		if r.Known {
			flags |= flagKnown
		}
		guid, ok := guidBytes(r.Key)
		if ok {
			flags |= flagGUID
		}
		out = append(out, flags, r.Owed, byte(r.Kind), byte(r.Was))
		if ok {
			out = append(out, guid[:]...)
			continue
		}
		out = binary.AppendUvarint(out, uint64(len(r.Key)))
		out = append(out, r.Key...)
	}
	return out
}

func unpack(in []byte) ([]importer.BatchRow, error) {
	var rows []importer.BatchRow
	for len(in) > 0 {
		if len(in) < 5 {
			return nil, errPacked
		}
		r := importer.BatchRow{Known: in[0]&flagKnown != 0, Owed: in[1], Kind: core.OutcomeKind(in[2]), Was: core.OutcomeKind(in[3])}
		guid := in[0]&flagGUID != 0
		in = in[4:]
		n, size := uint64(16), 0
		if !guid {
			if n, size = binary.Uvarint(in); size <= 0 {
				return nil, errPacked
			}
			in = in[size:]
		}
		if uint64(len(in)) < n {
			return nil, errPacked
		}
		r.Key = string(in[:n])
		if guid {
			r.Key = guidText(in[:16])
		}
		in = in[n:]
		rows = append(rows, r)
	}
	return rows, nil
}

const guidLength = 36

// guidBytes returns the bytes of a GUID in lower case with hyphens; false for every other text.
func guidBytes(s string) (b [16]byte, ok bool) {
	if len(s) != guidLength {
		return b, false
	}
	var plain [32]byte
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return b, false
			}
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
			plain[n] = c
			n++
		default:
			return b, false
		}
	}
	_, err := hex.Decode(b[:], plain[:])
	return b, err == nil
}

func guidText(b []byte) string {
	plain := hex.EncodeToString(b)
	return plain[:8] + "-" + plain[8:12] + "-" + plain[12:16] + "-" + plain[16:20] + "-" + plain[20:]
}

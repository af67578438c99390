// Package settled packs what became of a batch into a few bytes, for destinations that keep it in the transaction of
// the batch's rows.
package settled

import (
	"encoding/binary"
	"encoding/json"

	"ferry/core"
)

// A rowFault is why one row of a batch was refused. It holds no value: the record is known by its key.
type rowFault struct {
	Row     int            `json:"row"`
	Kind    core.FaultKind `json:"kind"`
	Code    string         `json:"code"`
	Cause   string         `json:"cause"`
	Remedy  string         `json:"remedy"`
	Owner   core.Owner     `json:"owner"`
	Details string         `json:"details,omitempty"`
	Table   string         `json:"table"`
	Key     string         `json:"key"`
	Field   string         `json:"field,omitempty"`
}

// Pack writes outcomes as runs: how many rows, and what became of them. A batch that was all created takes five bytes
// or fewer. faults is JSON, nil when no row has one.
func Pack(outcomes []core.Outcome) (packed, faults []byte, err error) {
	packed = []byte{}
	for i := 0; i < len(outcomes); {
		n := i
		for n < len(outcomes) && outcomes[n].Kind == outcomes[i].Kind {
			n++
		}
		packed = binary.AppendUvarint(packed, uint64(n-i))
		packed = append(packed, byte(outcomes[i].Kind))
		i = n
	}
	var rows []rowFault
	for i, o := range outcomes {
		if f := o.Fault; f != nil {
			rows = append(rows, rowFault{i, f.Kind, f.Code, f.Cause, f.Remedy, f.Owner, f.Details, f.Subject.Table, f.Subject.Key, f.Subject.Field})
		}
	}
	if rows != nil {
		faults, err = json.Marshal(rows)
	}
	return packed, faults, err
}

// Unpack reads what Pack wrote. most is how many rows a batch can have at most: damaged notes take no more memory.
func Unpack(packed, faults []byte, most int) ([]core.Outcome, error) {
	var rows []rowFault
	if len(faults) > 0 {
		if err := json.Unmarshal(faults, &rows); err != nil {
			return nil, err
		}
	}
	outcomes := []core.Outcome{}
	for len(packed) > 0 {
		n, size := binary.Uvarint(packed)
		if size <= 0 || size >= len(packed) || n > uint64(most-len(outcomes)) {
			break
		}
		for range n {
			outcomes = append(outcomes, core.Outcome{Kind: core.OutcomeKind(packed[size])})
		}
		packed = packed[size+1:]
	}
	for _, f := range rows {
		if f.Row >= 0 && f.Row < len(outcomes) {
			outcomes[f.Row].Fault = &core.Fault{
				Kind: f.Kind, Code: f.Code, Cause: f.Cause, Remedy: f.Remedy, Owner: f.Owner, Details: f.Details,
				Subject: core.Subject{Table: f.Table, Key: f.Key, Field: f.Field},
			}
		}
	}
	return outcomes, nil
}

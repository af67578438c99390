package settled

import (
	"reflect"
	"testing"

	"ferry/core"
)

func TestABatchIsUnpackedAsItWasPacked(t *testing.T) {
	fault := &core.Fault{Kind: core.BadRecord, Code: "x.y", Cause: "c", Remedy: "r", Owner: core.You, Subject: core.Subject{Table: "t", Key: "k", Field: "f"}}
	for _, batch := range [][]core.Outcome{
		{},
		{{Kind: core.Created}},
		{{Kind: core.Created}, {Kind: core.Created}, {Kind: core.Refused, Fault: fault}, {Kind: core.Unchanged}},
	} {
		packed, faults, err := Pack(batch)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Unpack(packed, faults, 5000)
		if err != nil || !reflect.DeepEqual(back, batch) {
			t.Errorf("%v comes back as %v, %v", batch, back, err)
		}
	}
	many := make([]core.Outcome, 5000)
	if packed, _, _ := Pack(many); len(packed) > 5 {
		t.Errorf("5,000 equal outcomes take %d bytes", len(packed))
	}
}

func TestDamagedNotesTakeNoMemory(t *testing.T) {
	packed := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1}
	if back, err := Unpack(packed, nil, 5000); err != nil || len(back) != 0 {
		t.Errorf("damaged notes are %d outcomes, %v", len(back), err)
	}
	if _, err := Unpack(nil, []byte("{"), 5000); err == nil {
		t.Error("damaged faults are read")
	}
}

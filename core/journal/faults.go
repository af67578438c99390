package journal

import (
	"errors"

	"ferry/core"
)

func tooNew(path string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "journal.too-new", Owner: core.You,
		Cause:  "The journal “" + path + "” was written by a newer Ferry.",
		Remedy: "Install the newest Ferry. Or move the journal away: nothing at the destination is lost, the next import just reads everything again.",
	}
}

// unusable says what to do about a journal that is damaged or is none at all. Other Faults stay what they are.
func unusable(path, doing string, err error) error {
	var f *core.Fault
	if !errors.As(err, &f) {
		return err
	}
	switch f.Code {
	case "sqlitefile.damaged", "sqlitefile.not-a-database", "sqlitefile.other-program":
		return &core.Fault{
			Kind: core.Wrong, Code: "journal.damaged", Owner: core.You,
			Cause:   "Ferry's journal “" + path + "” cannot be read: the file is damaged or is not a journal.",
			Remedy:  "Move the file away and start again. Nothing at the destination is lost: the next import reads everything again and makes no doubles. Only the history starts anew.",
			Details: f.Details, Err: err,
		}
	}
	return core.During(doing, err)
}

func lockFailed(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Permission, Code: "journal.lock-failed", Owner: core.You, Err: err,
		Cause:  "Ferry cannot lock its journal “" + path + "”.",
		Remedy: "Choose a data folder on a disk of this computer in which you may make files.",
	}
}

package importer

import (
	"errors"
	"time"

	"ferry/core"
)

func reasonTakenBack(title string) string {
	return "The last import of " + title + " was taken back, so everything was read again."
}

func takeBackFault(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "importer." + code, Owner: core.You, Cause: cause, Remedy: remedy}
}

func cannotTakeBack() *core.Fault {
	return takeBackFault("no-take-back", "Imports into this kind of destination cannot be taken back.",
		"Put back what was there from a backup, or mend it at the destination.")
}

func noSuchRun() *core.Fault {
	return takeBackFault("no-such-run", "This import did not go into this destination, or Ferry does not know it any more.",
		"Look into the history, and choose an import that it shows.")
}

func isTakeBack() *core.Fault {
	return takeBackFault("is-take-back", "Taking an import back cannot be taken back itself.",
		"Import again: what Dynamics has comes once more.")
}

func takenBackAlready() *core.Fault {
	return takeBackFault("taken-back-already", "This import was taken back already.", "There is nothing left to do.")
}

func otherDestination() *core.Fault {
	return takeBackFault("other-destination", "What stands there now is not the destination that this import went into.",
		"Put the destination back that the import went into, then try again.")
}

func newerFirst(started time.Time) *core.Fault {
	return takeBackFault("newer-first", "A newer import, of "+started.Local().Format("2006-01-02 15:04")+", wrote into the same tables.",
		"Take back the newer one first.")
}

func forgotten() *core.Fault {
	return takeBackFault("forgotten", "What was there before this import is not kept: it was forgotten after its time or deleted, or there was no keychain that could protect it.",
		"Put back what was there from a backup. Rows that the import made can be removed at the destination.")
}

func keyLost() *core.Fault {
	return takeBackFault("image-key-lost", "What was there before this import is kept sealed, and the key for it is not in the keychain any more.",
		"Unlock the keychain of the user who imported, on this computer, and try again. Without that key nobody can open it.")
}

const takeBackStopped = "importer.take-back-stopped"

// backStopped is the Fault of a taking back that did not come to its end.
func backStopped(err error) error {
	f := stopped(err)
	if f.Code != "importer.stopped" {
		return f
	}
	c := *f
	c.Code, c.Cause, c.Remedy = takeBackStopped, "Taking back was stopped. What was put back so far is safe.", "Start it again: it goes on where it stopped."
	var was *core.Fault
	if errors.As(err, &was) {
		c.Op = was.Op
	}
	return &c
}

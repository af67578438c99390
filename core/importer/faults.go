package importer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

// Reasons why everything was read again, as the receipt tells them.
const (
	reasonReplaced = "The destination is new or was replaced, so everything was read again."
	reasonOlder    = "The destination is an older copy, so everything was read again."
	reasonForeign  = "Another Ferry wrote into the destination, so everything was read again."
	reasonUnknown  = "Earlier imports into this destination are not known here, so everything was read again."
	reasonAsked    = "You asked for everything to be read again."
)

func reasonMapping(title string) string {
	return "The mapping of " + title + " changed, so all of its records were read again."
}

func reasonDropped(title string) string {
	return "Somebody took the table of " + title + ", or columns of it, out of the destination, so all of its records were read again."
}

func reasonExpired(title string) string {
	return "The source no longer knew where reading had stopped, so " + title + " was read again from the start."
}

func reasonForgot(title string) string {
	return "The source does not tell any more what changed in " + title + " since the last import, so all of its records were read again."
}

func reasonOtherRights(title string) string {
	return "Your rights to read " + title + " are not those of the last import, so all that you may read was read again. What you cannot see any more stays as it is."
}

func reasonUntoldRights(title string) string {
	return "The source did not say, this time or the last, how far your rights to read " + title + " reach, so all that you may read was read again."
}

func reasonShape(title string) string {
	return "The fields or choices of " + title + " changed in the source, so all of its records were read again."
}

func notePartly(title string) string {
	return "You may read only some of " + title + ", and rights can change without a trace, so all that you may read was read."
}

func noteUntold(title string) string {
	return "The source cannot tell what changed in " + title + ", so all of its records were read and compared."
}

func noteUnrest(title string, why mapping.Unrest) string {
	switch why {
	case mapping.ByTime:
		return "The filter of " + title + " depends on the day, so all of its records were read and compared."
	case mapping.ByCalculation:
		return "The filter of " + title + " depends on fields that the source calculates, so all of its records were read and compared."
	case mapping.ByPerson:
		return "The filter of " + title + " depends on who is signed in, so all of its records were read and compared."
	case mapping.ByOthers:
		return "The filter of " + title + " depends on other records, so all of its records were read and compared."
	}
	return "The filter of " + title + " was written by hand and may depend on more than the record itself, so all of its records were read and compared."
}

func noteDeletedOthers(title string) string {
	return "Records on which " + title + " depend were deleted, so all of its records were read and compared."
}

func noteDerived(fields []string) string {
	return "Fresh only in a full import, because the source calculates them: " + strings.Join(fields, ", ") + "."
}

func noteLooked(fields []string) string {
	return "Fresh only in a full import, because they stand in other records: what is looked up by " + strings.Join(fields, ", ") + "."
}

func noteHidden(fields []string) string {
	return "Column security hides these fields from you, so their values stay as they are: " + strings.Join(fields, ", ") + "."
}

func noteVeiled(fields []string) string {
	return "Column security may hide these fields from you, and the source does not say whether, so empty ones empty nothing at the destination: " + strings.Join(fields, ", ") + "."
}

func reasonRights(title string) string {
	return "Some records of " + title + " were not read any more, but it is not sure that you may still read all of them, so they stay at the destination."
}

func reasonBrake(title string, n, of int64) string {
	return fmt.Sprintf("%d of %d records of %s are gone or left the filter. That is so many that they stay at the destination until you agree.", n, of, title)
}

// stopped is the Fault of a run that did not come to its end.
func stopped(err error) *core.Fault {
	var f *core.Fault
	if errors.As(err, &f) && f.Code == takeBackStopped {
		return f
	}
	if f == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) || f != nil && f.Kind == core.Stopped {
		return &core.Fault{
			Kind: core.Stopped, Code: "importer.stopped", Owner: core.You, Err: err,
			Cause:  "The import was stopped. What was written so far is safe.",
			Remedy: "It can be continued: start the same import again and it goes on where it stopped.",
		}
	}
	return core.AsFault(core.During("importing", err))
}

// AlreadyRunning is what a Journal says when somebody else has claimed the run.
func AlreadyRunning() *core.Fault {
	return &core.Fault{
		Kind: core.Busy, Code: "importer.already-running", Owner: core.You,
		Cause:  "Another Ferry is importing into this destination just now, or is taking an import back.",
		Remedy: "Wait until it is done or stop it there, then start this again.",
	}
}

// LookedAt is what a Journal says when somebody looks at what is about to change.
func LookedAt() *core.Fault {
	return &core.Fault{
		Kind: core.Busy, Code: "importer.looked-at", Owner: core.You,
		Cause:  "Another Ferry is rehearsing or comparing with this destination just now. What it tells would not be true any more.",
		Remedy: "Wait until it is done or stop it there, then start this again.",
	}
}

func nothingToDo() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "importer.nothing-to-do", Owner: core.You,
		Cause:  "No table is chosen.",
		Remedy: "Choose at least one table to import.",
	}
}

func sameMappingTwice(table string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "importer.mapping-twice", Owner: core.You,
		Cause:   "The same mapping is in this import twice.",
		Remedy:  "Name each table only once.",
		Subject: core.Subject{Table: table},
	}
}

func waitsForAnother(table, key, field string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: WaitsCode, Owner: core.You,
		Cause:   "It belongs to a record that is not at the destination yet.",
		Remedy:  "Import that record first, then start this import again.",
		Subject: core.Subject{Table: table, Key: key, Field: field},
	}
}

func lookupLeftEmpty(table, key, field string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.lookup-left-empty", Owner: core.You,
		Cause:   "A lookup was left empty, because the record it points at is not at the destination.",
		Remedy:  "Import that record too, then start this import again: the lookup is filled then.",
		Subject: core.Subject{Table: table, Key: key, Field: field},
	}
}

func lookupSeveral(table, key, field string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.lookup-several", Owner: core.You,
		Cause:   "A lookup fits more than one record at the destination, so Ferry cannot tell which one is meant.",
		Remedy:  "Make them differ at the destination, or let the mapping find them by their key; then retry the refused records.",
		Subject: core.Subject{Table: table, Key: key, Field: field},
	}
}

func remarkBlind(title string) string {
	return "This kind of destination does not tell which records of " + title + " it has already, so each counts as created."
}

func remarkRights(title string) string {
	return "Some records of " + title + " that are at the destination were not read. It is not sure that you may still read all of them, so they would stay."
}

func remarkBrake(title string, n, of int64) string {
	return fmt.Sprintf("%d of %d records of %s are gone or left the filter. That is so many that they would stay at the destination until you agree.", n, of, title)
}

func rehearsalStopped(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Stopped, Code: "importer.rehearsal-stopped", Owner: core.You, Err: err,
		Cause:  "The rehearsal was stopped. Nothing was written.",
		Remedy: "Start it again; it begins with the first record.",
	}
}

func changedSinceRehearsal(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.changed-since-rehearsal", Owner: core.You,
		Cause:   "It changed since the rehearsal, and only what the rehearsal showed is imported.",
		Remedy:  "Rehearse again, or import without that limit.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func matchesSeveral(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.match-several", Owner: core.You,
		Cause:   "More than one record at the destination fits it, so Ferry cannot tell which one is meant.",
		Remedy:  "Make them differ at the destination, or match by more fields.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func matchIsTaken(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.match-taken", Owner: core.You,
		Cause:   "The record at the destination that fits it belongs to another record already.",
		Remedy:  "Look which of the two is meant, and make them differ; or match by more fields.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func noRules(title string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "importer.no-rules", Owner: core.You,
		Cause:  "The mapping of " + title + " looks after values that the destination has, matches records there, or deals with records that are gone. This kind of destination cannot.",
		Remedy: "In the mapping, let every field overwrite, match by nothing and leave what is gone; or choose another destination.",
	}
}

func noAnswer(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.no-answer", Owner: core.You,
		Cause:   "It was sent, but no answer came before Ferry ended, so nobody knows whether it arrived.",
		Remedy:  "Look for it at the destination. Ferry does not send it again by itself, so that it cannot arrive twice.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func foundTwice(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.found-twice", Owner: core.You,
		Cause:   "It is at the destination more than once.",
		Remedy:  "Remove all but one of them at the destination, then start the import again.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func wrongOutcomes() *core.Fault {
	return &core.Fault{
		Kind: core.Bug, Code: "importer.wrong-outcomes", Owner: core.You,
		Cause:  "The destination did not say what became of every record.",
		Remedy: "Start the import again: it goes on where it stopped. If it happens again, save the diagnostics and send them to us.",
	}
}

func unbalanced(title string) *core.Fault {
	return &core.Fault{
		Kind: core.Bug, Code: "importer.unbalanced", Owner: core.You,
		Cause:  "The counts of " + title + " do not add up.",
		Remedy: "Compare the number of records on both sides, then save the diagnostics and send them to us.",
	}
}

func unreadable(title string) *core.Fault {
	return &core.Fault{
		Kind: core.Bug, Code: "importer.read-incomplete", Owner: core.You,
		Cause:  "A record of " + title + " came without all of its fields.",
		Remedy: "Start the import again: it goes on where it stopped. If it happens again, save the diagnostics and send them to us.",
	}
}

package importer

import (
	"fmt"

	"ferry/core"
)

// WaitsCode is the code of a record that was left out because another one it belongs to is not there yet.
const WaitsCode = "importer.waits"

func retryFault(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "importer." + code, Owner: core.You, Cause: cause, Remedy: remedy}
}

func noSuchRetry() *core.Fault {
	return retryFault("retry-no-run", "Ferry knows no import into this destination whose records could be retried.",
		"Look into the history, and choose an import that it shows.")
}

func nothingWaits() *core.Fault {
	return retryFault("retry-nothing", "No record of this import waits for a retry.",
		"There is nothing left to do. What has no id in Dynamics cannot be asked for, and comes with the next import.")
}

func retryIncomplete() *core.Fault {
	return retryFault("retry-incomplete", "This import has not come to its end.", "Go on with it first, then retry what it refused.")
}

func retryTakenBack() *core.Fault {
	return retryFault("retry-taken-back", "This import was taken back, so its refused records wait no more.", "Import again: everything is read anew.")
}

func retryElsewhere() *core.Fault {
	return retryFault("retry-elsewhere", "What stands there now is not the destination that this import went into, or it was changed behind Ferry's back.",
		"Put the destination back that the import went into, or import again.")
}

func retryOvertaken() *core.Fault {
	return retryFault("retry-overtaken", "A newer import has read these records once more, so this list is out of date.",
		"Open the newest import, and retry what it refused.")
}

func goneSince(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.gone-since", Owner: core.You,
		Cause:   "It is not in Dynamics any more, or you may not read it any more, so there is nothing to retry.",
		Remedy:  "Nothing has to be done. If it should be there, restore it in Dynamics and import again.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func leftSince(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.left-since", Owner: core.You,
		Cause:   "The filter of the mapping does not hold it any more, so there is nothing to retry.",
		Remedy:  "Nothing has to be done. If it should be imported, change the filter of the mapping and import again.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func notFound(table, key string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.not-found", Owner: core.You,
		Cause:   "It was sent and no answer came. Ferry looked for it and did not find it, but cannot be sure that it is not there.",
		Remedy:  "Look for it at the destination. Then say that it is there, or that it is not there and is to be sent.",
		Subject: core.Subject{Table: table, Key: key},
	}
}

func notTaken(column string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "importer.mended-not-taken", Owner: core.You,
		Cause:   "This field does not take that value.",
		Remedy:  "Write it as the destination wants it: a whole number, 2026-11-21, yes or no, the code of an option, or the id of a record.",
		Subject: core.Subject{Field: column},
	}
}

func noSuchField(column string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "importer.mended-no-field", Owner: core.You,
		Cause:   "The mapping of this record has no such field.",
		Remedy:  "Choose one of the fields that the record shows.",
		Subject: core.Subject{Field: column},
	}
}

func cannotMend() *core.Fault {
	return retryFault("mended-not-kept", "A mended value is people's data and is only kept sealed. There is no keychain here that could keep the key.",
		"Unlock the keychain, or correct the value in Dynamics.")
}

func keepsNothing() *core.Fault {
	return retryFault("mended-keeps-nothing", "Ferry is set to keep no values of records on this computer, so that a mended value cannot be kept either.",
		"In Settings, let Ferry keep them for some days; or correct the value in Dynamics.")
}

func notThere() *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.record-not-there", Owner: core.You,
		Cause:  "This record is not in Dynamics any more, or you may not read it any more.",
		Remedy: "Retry it: Ferry asks once more, and takes it off the list when it is gone.",
	}
}

func noteMended(title string, records int) string {
	if records == 1 {
		return "For one record of " + title + " there are values that somebody mended. They are used as long as Dynamics has what it had then."
	}
	return fmt.Sprintf("For %d records of %s there are values that somebody mended. They are used as long as Dynamics has what it had then.", records, title)
}

func noteMendedLocked(title string) string {
	return "Some values of " + title + " were mended, and the key for them is not in the keychain any more. What Dynamics has was used."
}

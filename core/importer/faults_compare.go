package importer

import "ferry/core"

// What a comparison says in words.
const (
	remarkReplaced = "The destination is not the one that was imported into: it is new or was replaced. What Ferry knows of earlier imports does not count for it."
	remarkOlder    = "The destination is an older copy. What Ferry knows of earlier imports does not count for it."
	remarkForeign  = "Another Ferry wrote into the destination. What this one knows of earlier imports does not count for it."
	remarkKeyLost  = "How Ferry left the rows cannot be read, because its key is not in the keychain any more."
	remarkMoved    = "Meanwhile another Ferry began or ended an import into the destination, so some of this is not true any more. Do it again when that Ferry is done."
	remarkUnlisted = "This kind of destination does not tell which rows it has. Rows that have no record in Dynamics were not looked for."
)

func remarkUnseen(title string) string {
	return "Some rows of " + title + " have no record that can be read. It is not sure that you may still read all of them."
}

func cannotCompare() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "importer.cannot-compare", Owner: core.You,
		Cause:  "This kind of destination does not tell what it has, so it cannot be compared.",
		Remedy: "Look at the receipts in History instead, or import into a destination that can be compared, such as a database.",
	}
}

func comparisonStopped(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Stopped, Code: "importer.comparison-stopped", Owner: core.You, Err: err,
		Cause:  "The comparison was stopped. Nothing was written.",
		Remedy: "Start it again; it begins with the first record.",
	}
}

func missingUnexplained() *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.missing-unexplained", Owner: core.You,
		Cause:  "The record is not at the destination, and Ferry knows no reason: it did not change, and no import refused it.",
		Remedy: "Import with everything read again. If it is missing then too, save the report and send it to us.",
	}
}

func differsUnexplained() *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.differs-unexplained", Owner: core.You,
		Cause:  "It differs, although it changed on neither side since Ferry wrote it.",
		Remedy: "Import with everything read again. If it differs then too, save the report and send it to us.",
	}
}

func leftUnremembered() *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "importer.left-unremembered", Owner: core.You,
		Cause:  "It did not change in Dynamics since the last import, and Ferry does not remember any more what it left there.",
		Remedy: "Probably somebody changed it there. Ask who looks after the destination, or import with everything read again.",
	}
}

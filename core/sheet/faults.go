package sheet

import "ferry/core"

func wrong(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "sheet." + code, Cause: cause, Remedy: remedy, Owner: core.You}
}

func cannotOpen(err error) *core.Fault {
	f := wrong("cannot-open", "The file cannot be opened.", "Check that it is still there and that you may read it. Close it in Excel if it is open.")
	f.Err = err
	return f
}

func notExcel() *core.Fault {
	return wrong("not-excel", "The file is no Excel workbook.", "Choose the sheet that came back. If it has another ending than .xlsx, open it and save it as an Excel workbook (.xlsx).")
}

func openDocument() *core.Fault {
	return wrong("open-document", "The file is an OpenDocument sheet.", "Open it and save it as an Excel workbook (.xlsx), then bring that back.")
}

func oldExcel() *core.Fault {
	return wrong("old-excel", "The file is in Excel's old or binary format.", "Open it in Excel and save it as an Excel workbook (.xlsx), then bring that back.")
}

func locked() *core.Fault {
	return wrong("password", "The file is locked by a password.", "Open it in Excel, take the password out under File > Info > Protect Workbook, save it, and bring it back.")
}

func macros() *core.Fault {
	return wrong("macros", "The file holds macros. Ferry does not open it.", "Ask for it as an Excel workbook without macros (.xlsx).")
}

func pointsElsewhere() *core.Fault {
	return wrong("links", "The file points at other files. Ferry does not open it.", "In Excel, choose Data > Edit Links > Break Link, save it, and bring it back.")
}

func tooLarge() *core.Fault {
	return wrong("too-large", "The file is far larger than a sheet of choices is.", "Check that it is the sheet that came back, without other sheets or pictures in it.")
}

func damaged(err error) *core.Fault {
	f := wrong("damaged", "The file is damaged.", "Ask for it once more. Opening and saving it in Excel may mend it.")
	f.Err = err
	return f
}

func notOurs() *core.Fault {
	return wrong("not-ours", "This is not a sheet that Ferry made.", "Choose the sheet that Ferry made. If the rows were copied to another workbook, copy the whole sheet with its hidden columns.")
}

func noHead() *core.Fault {
	return wrong("no-head", "The heading row is gone: Ferry cannot tell which column holds the answers.", "Put the headings back as they were: the answers stand below “Goes to”.")
}

func tooMany() *core.Fault {
	return wrong("too-many", "There are too many options for one sheet.", "Send the options of one field at a time.")
}

func nothingToAsk() *core.Fault {
	return wrong("nothing", "Every option has a value. There is nothing to ask.", "Choose all options if somebody should look through them.")
}

func notMade(err error) *core.Fault {
	return &core.Fault{Kind: core.Bug, Code: "sheet.not-made", Owner: core.You, Err: err,
		Cause: "The sheet could not be made.", Remedy: "Send the options of one field at a time. If that fails too, save the diagnostics and send them to us."}
}

package wiring

import (
	"ferry/core"
)

// NoCertificate says that the certificate of a connection is not kept here.
func NoCertificate() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-certificate", Owner: core.You,
		Cause:  "The certificate of this connection is not on this computer.",
		Remedy: "Choose the certificate's file again, or make a new one and upload it to the app registration.",
	}
}

func noConsent() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-consent", Owner: core.You,
		Cause:  "There is no page on which an administrator could grant the permissions for this connection.",
		Remedy: "Fill in address and client ID first. A server of your own needs no such page.",
	}
}

// OnlyPractised says where the practice environment's records may go.
func OnlyPractised() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.only-practised", Owner: core.You,
		Cause:  "From the practice environment Ferry writes only into new files and into the practice Halo.",
		Remedy: "Choose a file or the practice Halo as the destination, or a connection to your own environment.",
	}
}

func noList() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-list", Owner: core.You,
		Cause:  "Only a person who signed in at Microsoft gets a list of environments.",
		Remedy: "Choose a connection where you sign in yourself, or paste the environment's address.",
	}
}

func foreignPage(host string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.foreign-page", Owner: core.You,
		Cause:   "Ferry does not open this page: it is neither Microsoft's nor this connection's.",
		Remedy:  "If you know the page and trust it, open it in your browser yourself.",
		Subject: core.Subject{Value: host},
	}
}

// notNow says that an environment was not waited for any longer. said is what it told while it was.
func notNow(said string, err error) *core.Fault {
	f := &core.Fault{
		Kind: core.Offline, Code: "ferry.not-now", Owner: core.You, Err: err,
		Cause:  "Dynamics 365 did not answer in time.",
		Remedy: "Go on with what was read the last time. Look whether you are connected to the network, and try again later.",
	}
	if said != "" {
		f.Cause = said + "."
	}
	return f
}

func noSuchRun() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-such-run", Owner: core.You,
		Cause: "There is no such import in the history.", Remedy: "Look at the list of imports, and choose one that is there.",
	}
}

func wrongEnding(refused bool) *core.Fault {
	f := &core.Fault{
		Kind: core.Wrong, Code: "ferry.report-ending", Owner: core.You,
		Cause: "Ferry cannot tell from the file's name which kind of report is wanted.", Remedy: "Give it a name that ends in .html or .csv.",
	}
	if refused {
		f.Cause, f.Remedy = "Refused records are saved as CSV or as an Excel workbook.", "Give the file a name that ends in .csv or .xlsx."
	}
	return f
}

func rowsEnding() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.rows-ending", Owner: core.You,
		Cause: "The records of a rehearsal are saved as CSV only.", Remedy: "Give the file a name that ends in .csv.",
	}
}

package rehearsal

import "ferry/core"

func noRoom(folder string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rehearsal.no-room", Owner: core.You, Err: err,
		Cause:   "Ferry cannot keep what a rehearsal shows in its data folder.",
		Remedy:  "Look whether the folder can be written and has space left, or name another one.",
		Subject: core.Subject{Value: folder},
	}
}

func damaged(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rehearsal.damaged", Owner: core.You, Err: err,
		Cause:  "What the rehearsal showed cannot be read any more.",
		Remedy: "Rehearse again.",
	}
}

func closed() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rehearsal.closed", Owner: core.You,
		Cause:  "What the rehearsal showed is not kept any more.",
		Remedy: "Rehearse again.",
	}
}

func noList(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rehearsal.no-list", Owner: core.You, Err: err,
		Cause:   "The list of what the rehearsal showed is not there.",
		Remedy:  "Rehearse again, or import without that limit.",
		Subject: core.Subject{Value: path},
	}
}

func notAList(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rehearsal.not-a-list", Owner: core.You, Err: err,
		Cause:   "That file is no list of what a rehearsal showed.",
		Remedy:  "Choose the file that the rehearsal saved, or rehearse again.",
		Subject: core.Subject{Value: path},
	}
}

package sheet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"ferry/core"
)

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

// quoted shows a path as the person knows it.
func quoted(path string) string { return "“" + path + "”" }

func noPlace(what, remedy string) *core.Fault {
	return wrong("no-place", "No "+what+" was chosen.", remedy)
}

func noSuchValue(setting string, values ...string) *core.Fault {
	return wrong("no-such-value", fmt.Sprintf("The setting “%s” has a value that Ferry does not know.", setting), "Choose one of: "+strings.Join(values, ", ")+".")
}

func notXLSX(path string) *core.Fault {
	return wrong("not-xlsx", fmt.Sprintf("%s does not end in .xlsx.", quoted(filepath.Base(path))), "Give the file a name that ends in .xlsx: Excel opens no other name for what Ferry writes.")
}

func notOurFile(path string) *core.Fault {
	return wrong("not-our-file", fmt.Sprintf("%s is there already, and Ferry did not make it from this computer.", quoted(path)),
		"Move that file away, or choose another place. If it may be written over, turn on “Replace” in the destination's settings.")
}

func folderInTheWay(path string) *core.Fault {
	return wrong("is-folder", fmt.Sprintf("%s is a folder, and a file of that name is needed.", quoted(path)), "Rename the folder, or choose another place.")
}

func fileInTheWay(path string) *core.Fault {
	return wrong("not-a-folder", fmt.Sprintf("%s is a file, and a folder is needed.", quoted(path)), "Choose a folder, or another name for a new one.")
}

func noFolder(path string) *core.Fault {
	return wrong("no-folder", fmt.Sprintf("The folder %s does not exist.", quoted(path)), "Make the folder, or choose another place.")
}

func inUse(path string, err error) *core.Fault {
	f := wrong("in-use", fmt.Sprintf("Another program, such as Excel, has %s open, so it could not be replaced.", quoted(path)),
		"Close the file there, then start again. Nothing is read once more: only the file is written anew.")
	f.Err = err
	return f
}

func nearlyFull(folder, free string) *core.Fault {
	return wrong("nearly-full", fmt.Sprintf("The disk that holds %s has only %s free.", quoted(folder), free), "Free some space, or choose a folder on another disk.")
}

func openElsewhere(path, program string) *core.Fault {
	return wrong("open-elsewhere", fmt.Sprintf("%s seems to be open in %s.", quoted(path), program),
		"Close it there before the import. Saving it there afterwards would put the old rows back.")
}

func changedByOthers(path string) *core.Fault {
	return wrong("changed", fmt.Sprintf("%s was changed since Ferry wrote it.", quoted(path)),
		"Do nothing if that is well: the next import writes it anew and keeps the changed one under another name beside it.")
}

func goneSince(path string) *core.Fault {
	return wrong("gone", fmt.Sprintf("%s was moved or deleted since Ferry wrote it.", quoted(path)), "Do nothing if that is well: the next import writes it whole again.")
}

func longPath(path string) *core.Fault {
	return wrong("long-path", fmt.Sprintf("The path of %s has more than 218 characters, and Excel does not open such a file.", quoted(filepath.Base(path))),
		"Choose a folder nearer to the top of the disk.")
}

func tooWide(table string, n int) *core.Fault {
	return wrong("too-many-columns", fmt.Sprintf("The table “%s” would need %d columns, and Excel holds %d at most.", table, n, mostColumns), "Leave some fields out of the mapping of this table.")
}

func memoryDamaged(err error) *core.Fault {
	f := wrong("memory-damaged", "What Ferry remembers of these files cannot be read.", "Choose another place, or move the files away and start again: everything is brought once more.")
	f.Err = err
	return f
}

// fileFault says why the operating system did not do something with a file.
func fileFault(path string, err error) error {
	var known *core.Fault
	windows := func(codes ...syscall.Errno) bool {
		for _, code := range codes {
			if runtime.GOOS == "windows" && errors.Is(err, code) {
				return true
			}
		}
		return false
	}
	var f *core.Fault
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), windows(39, 112):
		f = wrong("disk-full", fmt.Sprintf("The disk that holds %s is full.", quoted(path)), "Free some space on that disk, then start again: it goes on where it stopped. The old file is as it was.")
	case errors.Is(err, syscall.ENAMETOOLONG), windows(206):
		f = wrong("path-too-long", "The name of the file, or of a folder on the way to it, is too long.", "Choose a shorter name, or a folder nearer to the top of the disk.")
	case windows(123):
		f = wrong("bad-name", "The name of the file, or of a folder on the way to it, has a character in it that no name can have.", "Choose another name.")
	case windows(32, 33, 1224):
		return inUse(path, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		f = wrong("not-writable", fmt.Sprintf("Ferry may not write %s, or into its folder.", quoted(path)),
			"Choose a folder in which you may make files, such as Documents. If this must be the place, ask whoever runs this computer to let you write there.")
		f.Kind = core.Permission
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		f = noFolder(filepath.Dir(path))
	case errors.Is(err, fs.ErrExist):
		f = wrong("in-the-way", fmt.Sprintf("Beside %s there is a file in the way.", quoted(path)), "Start again in a moment.")
	default:
		f = wrong("disk-error", fmt.Sprintf("The disk reported an error while %s was read or written.", quoted(path)),
			"See whether the disk or network drive is connected and has free space, then start again: it goes on where it stopped.")
	}
	f.Err = err
	return f
}

func tooManyLong(table string) *core.Fault {
	return wrong("too-many-long", fmt.Sprintf("The table “%s” has more long texts than one sheet of Excel holds.", table),
		"Leave the field with the long texts out of the mapping of this table, or choose a CSV folder or a database.")
}

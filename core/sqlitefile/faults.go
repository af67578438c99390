package sqlitefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

// quoted shows a path as the person knows it.
func quoted(path string) string { return "“" + path + "”" }

func wrong(code, cause, remedy string, err error) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "sqlitefile." + code, Cause: cause, Remedy: remedy, Owner: core.You, Err: err}
}

func noFolder(path string) *core.Fault {
	return wrong("no-folder", fmt.Sprintf("The folder %s does not exist.", quoted(filepath.Dir(path))),
		"Make the folder, or choose another place for the file.", fs.ErrNotExist)
}

func missing(path string) *core.Fault {
	return wrong("missing", fmt.Sprintf("The file %s does not exist.", quoted(path)),
		"Choose another file, or put this one back in its place.", fs.ErrNotExist)
}

func isFolder(path string) *core.Fault {
	return wrong("is-folder", fmt.Sprintf("%s is a folder, and a file is needed.", quoted(path)),
		"Add a file name, such as ferry.db, or choose another place.", nil)
}

func notAFile(path string) *core.Fault {
	return wrong("not-a-file", fmt.Sprintf("%s is not an ordinary file.", quoted(path)), "Choose another file.", nil)
}

// badPath refuses what no system takes as a path; nil when there is nothing to say.
func badPath(path string) error {
	switch {
	case path == "":
		return wrong("no-path", "No file was chosen.", "Choose the file.", nil)
	case strings.ContainsRune(path, 0):
		return wrong("bad-path", "The file name has a character in it that no file name can have.", "Choose another file name.", nil)
	}
	return nil
}

func pathTooLong(err error) *core.Fault {
	return wrong("path-too-long", "The name of the file, or of a folder on the way to it, is too long.",
		"Choose a shorter file name, or a folder nearer to the top of the disk.", err)
}

func notWritable(path string, err error) *core.Fault {
	f := wrong("not-writable", fmt.Sprintf("The file %s, or its folder, cannot be written.", quoted(path)),
		"Choose a folder in which you may make files, such as Documents. If this must be the place, ask whoever runs this computer to let you write there.", err)
	f.Kind = core.Permission
	return f
}

func diskFull(path string, err error) *core.Fault {
	return wrong("disk-full", fmt.Sprintf("The disk that holds %s is full.", quoted(path)),
		"Free some space on that disk, then start again: it goes on where it stopped.", err)
}

func notADatabase(path string, err error) *core.Fault {
	cause, remedy := fmt.Sprintf("%s is not a SQLite database.", quoted(path)), "Choose another file name; Ferry then makes a new database there. This file stays as it is."
	switch sniff(path) {
	case "excel":
		cause = fmt.Sprintf("%s is an Excel file or a ZIP archive, not a SQLite database.", quoted(path))
	case "access":
		cause = fmt.Sprintf("%s is a Microsoft Access database, not a SQLite database.", quoted(path))
	}
	return wrong("not-a-database", cause, remedy, err)
}

// sniff tells the files that people mistake for a database.
func sniff(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	head := make([]byte, 20)
	n, _ := file.Read(head) // a file too short to read is none of them
	switch head := string(head[:n]); {
	case strings.HasPrefix(head, "PK\x03\x04"), strings.HasPrefix(head, "\xd0\xcf\x11\xe0"):
		return "excel"
	case strings.HasPrefix(head, "\x00\x01\x00\x00Standard "):
		return "access"
	}
	return ""
}

func damaged(path string, err error) *core.Fault {
	return wrong("damaged", fmt.Sprintf("The database %s is damaged.", quoted(path)),
		"Restore the file from a backup, or move it away and start again: Ferry then makes a new one and brings everything once more.", err)
}

func inUse(path string, err error) *core.Fault {
	return wrong("in-use", fmt.Sprintf("Another program has %s open: a second Ferry, or a database viewer.", quoted(path)),
		"Close the file there, then try again.", err)
}

func otherProgram(path string) *core.Fault {
	return wrong("other-program", fmt.Sprintf("%s belongs to another program, or to another part of Ferry.", quoted(path)),
		"Choose another file. This one stays as it is.", nil)
}

func moved(path string, err error) *core.Fault {
	return wrong("moved", fmt.Sprintf("The file %s was moved or deleted while it was being written.", quoted(path)),
		"Put it back in its place, or start again: what is missing is brought once more.", err)
}

func ioFault(path string, err error) *core.Fault {
	f := wrong("disk-error", fmt.Sprintf("The disk reported an error while %s was read or written.", quoted(path)),
		"See whether the disk or network drive is connected and has free space, then start again: it goes on where it stopped.", err)
	f.Details = details(err)
	return f
}

func noMemory(path string, err error) *core.Fault {
	return wrong("no-memory", fmt.Sprintf("This computer has not enough free memory for %s.", quoted(path)),
		"Close other programs, then start again: it goes on where it stopped.", err)
}

func tooBig(err error) *core.Fault {
	f := wrong("too-big", "One record is larger than SQLite can hold: a single value may have about 1 GB.",
		"Leave the field with the large value out of the mapping, then start again.", err)
	f.Kind = core.BadRecord
	return f
}

// refused is a rule that somebody gave a table: a CHECK, a UNIQUE index, NOT NULL, a foreign key or a trigger.
func refused(err error) *core.Fault {
	f := wrong("refused", constraint(sqlite.ErrCode(err)),
		"See in the database which rule the table has. Change the rule or the record, then retry the refused records.", err)
	f.Kind = core.BadRecord
	f.Details = details(err)
	return f
}

func constraint(code sqlite.ResultCode) string {
	switch code {
	case sqlite.ResultConstraintCheck:
		return "The table in the database has a CHECK rule that this record breaks."
	case sqlite.ResultConstraintUnique, sqlite.ResultConstraintPrimaryKey:
		return "The table in the database allows each value once, and another row has this one already."
	case sqlite.ResultConstraintNotNull:
		return "The table in the database does not allow an empty value where this record has one."
	case sqlite.ResultConstraintForeignKey:
		return "The table in the database asks for a related row that is not there."
	case sqlite.ResultConstraintTrigger:
		return "A trigger in the database refused this record."
	default:
		return "A rule of the table in the database refused this record."
	}
}

func failed(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Bug, Code: "sqlitefile.failed", Owner: core.You,
		Cause:   "The database did not understand what Ferry asked of it.",
		Remedy:  "Try again. If it happens again, save the diagnostics and send them to us.",
		Details: details(err), Err: err,
	}
}

// details names SQLite's result code; its text is left out because it can quote what is in the file.
func details(err error) string { return sqlite.ErrCode(err).String() }

func stopped(err error) error {
	f := core.AsFault(context.Canceled)
	f.Err = err
	return f
}

// openFault says why the operating system did not open the file.
func openFault(path string, err error) error {
	switch {
	case errors.Is(err, syscall.ENAMETOOLONG), runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(206)):
		return pathTooLong(err)
	case errors.Is(err, syscall.ENOTDIR):
		return noFolder(path)
	case errors.Is(err, fs.ErrNotExist):
		// The folder is there, or it would have been told before: this place takes no new files.
		return notWritable(path, err)
	case errors.Is(err, syscall.ENOSPC):
		return diskFull(path, err)
	case runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(32)): // ERROR_SHARING_VIOLATION
		return inUse(path, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return notWritable(path, err)
	default:
		return ioFault(path, err)
	}
}

// fault is the table from SQLite's result codes to words. A Fault stays what it is, and so does an error that is
// not SQLite's.
func fault(path string, err error) error {
	var known *core.Fault
	if errors.As(err, &known) {
		return err
	}
	code := sqlite.ErrCode(err)
	switch code {
	case sqlite.ResultReadOnlyDBMoved:
		return moved(path, err)
	case sqlite.ResultCantOpenIsDir:
		return isFolder(path)
	case sqlite.ResultIOErrNoMem:
		return noMemory(path, err)
	case sqlite.ResultIOErrLock, sqlite.ResultIOErrBlocked:
		return inUse(path, err)
	}
	switch code.ToPrimary() {
	case sqlite.ResultError:
		if isSQLite(err) {
			return failed(err)
		}
		return err
	case sqlite.ResultFull:
		return diskFull(path, err)
	case sqlite.ResultNotADB, sqlite.ResultFormat:
		return notADatabase(path, err)
	case sqlite.ResultCorrupt:
		return damaged(path, err)
	case sqlite.ResultBusy, sqlite.ResultLocked, sqlite.ResultProtocol:
		return inUse(path, err)
	case sqlite.ResultReadOnly, sqlite.ResultPerm, sqlite.ResultCantOpen, sqlite.ResultAuth:
		return notWritable(path, err)
	case sqlite.ResultIOErr, sqlite.ResultNoLFS:
		return ioFault(path, err)
	case sqlite.ResultNoMem:
		return noMemory(path, err)
	case sqlite.ResultTooBig:
		return tooBig(err)
	case sqlite.ResultConstraint, sqlite.ResultMismatch:
		return refused(err)
	case sqlite.ResultInterrupt:
		return stopped(context.Canceled)
	default:
		return failed(err)
	}
}

// isSQLite reports whether err came from SQLite. The driver gives SQLITE_ERROR for every error it does not know,
// so only the text of its own errors tells them apart.
func isSQLite(err error) bool { return strings.HasPrefix(err.Error(), "sqlite: ") }

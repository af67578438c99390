package sqlitefile

import (
	"cmp"
	"fmt"

	"zombiezen.com/go/sqlite"
)

func openFlags(o Options) sqlite.OpenFlags {
	flags := sqlite.OpenReadWrite
	if o.Create {
		flags |= sqlite.OpenCreate
	}
	return flags
}

// tune sets what SQLite forgets with every connection, takes the lock, and looks whether the file is what it
// should be.
func (f *File) tune() error {
	if f.o.Exclusive {
		if err := f.pragma("locking_mode=EXCLUSIVE"); err != nil {
			return err
		}
	}
	if f.new {
		if err := f.pragma(fmt.Sprintf("page_size=%d", pageSize)); err != nil {
			return err
		}
	}
	// The first read of the file: what is no database is found here.
	id, err := f.Number("PRAGMA application_id")
	if err != nil {
		return err
	}
	mark := cmp.Or(f.o.ApplicationID, f.o.Mark)
	if mark != 0 && id == 0 && !f.o.Look && !f.new {
		// A process that is killed while it makes a file leaves one that holds nothing yet.
		tables, err := f.Number("SELECT count(*) FROM sqlite_schema")
		if err != nil {
			return err
		}
		f.new = tables == 0
	}
	if f.o.ApplicationID != 0 && !f.new && int32(id) != f.o.ApplicationID {
		return otherProgram(f.path)
	}
	if f.new && mark != 0 {
		// Before all else, so that a file that is more than empty is known as ours.
		if err := f.pragma(fmt.Sprintf("application_id=%d", mark)); err != nil {
			return err
		}
		id = int64(mark)
	}
	if !f.o.Look {
		if err := f.journalMode(int32(id)); err != nil {
			return err
		}
	}
	if err := f.tuneMemory(); err != nil {
		return err
	}
	if f.o.Exclusive {
		// An empty write makes sure of the lock, and of the right to write.
		if err := f.script("BEGIN EXCLUSIVE; COMMIT;"); err != nil {
			return err
		}
	}
	return nil
}

// journalMode asks for a write-ahead log. Where the file system cannot keep one, such as some network drives, the
// classic rollback journal serves as well, only slower.
func (f *File) journalMode(id int32) error {
	before, err := f.Text("PRAGMA journal_mode")
	if err != nil {
		return err
	}
	f.keep = before == "wal" && id != cmp.Or(f.o.ApplicationID, f.o.Mark)
	mode, err := f.Text("PRAGMA journal_mode=WAL")
	if err != nil {
		switch sqlite.ErrCode(err).ToPrimary() {
		case sqlite.ResultCantOpen, sqlite.ResultIOErr, sqlite.ResultProtocol:
			mode, err = f.Text("PRAGMA journal_mode=DELETE")
		}
		if err != nil {
			return err
		}
	}
	f.wal = mode == "wal"
	if !f.wal {
		f.log.Info("the file system keeps no write-ahead log", "mode", mode)
	}
	if f.o.Durable || !f.wal {
		return f.pragma("synchronous=FULL")
	}
	return f.pragma("synchronous=NORMAL")
}

func (f *File) tuneMemory() error {
	page, err := f.Number("PRAGMA page_size")
	if err != nil {
		return err
	}
	for _, p := range []string{
		fmt.Sprintf("cache_size=%d", -f.o.CacheMB*1024),
		fmt.Sprintf("wal_autocheckpoint=%d", max(1000, logSize/max(page, 512))),
		fmt.Sprintf("journal_size_limit=%d", logSize),
		"temp_store=MEMORY",
		"secure_delete=" + map[bool]string{true: "ON", false: "OFF"}[f.o.Wipe],
	} {
		if err := f.pragma(p); err != nil {
			return err
		}
	}
	return nil
}

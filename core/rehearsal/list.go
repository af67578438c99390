package rehearsal

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"sync"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/sqlitefile"
)

const listID = 0x46724b31 // "FrK1"

// A List is an importer.Shown in a file. Its methods may be called from any goroutine.
type List struct {
	id string

	mu   sync.Mutex
	file *sqlitefile.File
}

var _ importer.Shown = (*List)(nil)

// SaveList writes the keys of all rows that fit and would be written, and of those that would be refused or skipped, into a
// new file at path. A file that is there is replaced when the new one is whole. id names what was saved: the same records
// of the same rehearsal have the same.
func (s *Sketch) SaveList(ctx context.Context, path string, q Search) (id string, records int64, err error) {
	part := path + ".part"
	remove(part)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", 0, noRoom(filepath.Dir(path), err)
	}
	file, err := sqlitefile.Open(ctx, part, sqlitefile.Options{Create: true, Private: true, Exclusive: true, ApplicationID: listID, Portable: true, CacheMB: 2})
	if err != nil {
		return "", 0, err
	}
	id, err = s.fill(ctx, file, q, &records)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		remove(part)
		return "", 0, core.During("saving what the rehearsal showed", err)
	}
	return id, records, nil
}

func (s *Sketch) fill(ctx context.Context, file *sqlitefile.File, q Search, records *int64) (id string, err error) {
	all := fnv.New64a()
	return id, file.Transaction(ctx, func(c *sqlite.Conn) error {
		if err := sqlitex.ExecuteScript(c, `CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
			CREATE TABLE shown (mapping TEXT NOT NULL, key TEXT NOT NULL, digest INTEGER NOT NULL, PRIMARY KEY (mapping, key)) WITHOUT ROWID;`, nil); err != nil {
			return err
		}
		err := s.Each(ctx, q, func(r importer.RehearsedRow) error {
			if r.Kind == core.Removed {
				return nil // an import of some records removes none
			}
			*records++
			fmt.Fprintf(all, "%s\x00%s\x00%d\x00", r.Mapping, r.Key, r.Digest)
			return sqlitex.Execute(c, "INSERT OR REPLACE INTO shown VALUES (?, ?, ?)", &sqlitex.ExecOptions{Args: []any{r.Mapping, r.Key, int64(r.Digest)}})
		})
		if err != nil {
			return err
		}
		id = fmt.Sprintf("%s-%016x", s.id, all.Sum64())
		return sqlitex.Execute(c, "INSERT INTO about VALUES ('id', ?)", &sqlitex.ExecOptions{Args: []any{id}})
	})
}

// OpenList opens what SaveList wrote.
func OpenList(ctx context.Context, path string) (*List, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, noList(path, err)
	}
	file, err := sqlitefile.Open(ctx, path, sqlitefile.Options{Look: true, ApplicationID: listID, CacheMB: 2})
	if err != nil {
		return nil, notAList(path, err)
	}
	l := &List{file: file}
	if l.id, err = file.Text("SELECT value FROM about WHERE name = 'id'"); err != nil || l.id == "" {
		_ = file.Close() // it is of no use
		return nil, notAList(path, err)
	}
	return l, nil
}

// ID implements importer.Shown.
func (l *List) ID() string { return l.id }

// Digests implements importer.Shown.
func (l *List) Digests(ctx context.Context, mapping string, keys []string) (map[string]uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil, closed()
	}
	out := make(map[string]uint64, len(keys))
	err := l.file.Read(ctx, func(c *sqlite.Conn) error {
		for _, key := range keys {
			if err := sqlitex.Execute(c, "SELECT digest FROM shown WHERE mapping = ? AND key = ?", &sqlitex.ExecOptions{Args: []any{mapping, key}, ResultFunc: func(s *sqlite.Stmt) error {
				out[key] = uint64(s.ColumnInt64(0))
				return nil
			}}); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Close closes the file, and leaves it. It may be called twice.
func (l *List) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

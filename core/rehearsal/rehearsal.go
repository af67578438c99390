// Package rehearsal keeps what a rehearsal showed, record for record, so that it can be looked through and exported while
// memory stays small.
//
// A Sketch is one private file that is removed when it is closed. What is in it of records, names, values and the reasons
// of refusals, is sealed with a key that only lives in memory: a process that is killed leaves nothing that can be read.
// Keys of records and what would become of them are plain, so that they can be found and counted. Sweep removes the files
// of processes that were killed.
//
// A comparison keeps its differences in a Sketch too, with what it has to know of records meanwhile (differences.go).
//
// A List is the keys of a rehearsal with digests of what they were mapped to: enough to limit an import to what was shown,
// and to go on with it after a kill. It holds no values.
//
// Sources of facts. Go: crypto/cipher (AES-GCM; a random nonce of 96 bits is safe for 2^32 messages of one key).
package rehearsal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/sqlitefile"
)

const (
	sketchID  = 0x46725331 // "FrS1"
	extension = ".sketch"
)

// A Sketch is an importer.Sketch in a file. Its methods may be called from any goroutine.
type Sketch struct {
	id   string
	path string
	seal cipher.AEAD

	mu   sync.Mutex
	file *sqlitefile.File
}

var _ importer.Sketch = (*Sketch)(nil)

// New makes an empty sketch in a folder, which is made when it is not there.
func New(ctx context.Context, folder string) (*Sketch, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, noRoom(folder, err)
	}
	secret, name := make([]byte, 32), make([]byte, 8)
	rand.Read(secret) // never fails
	rand.Read(name)
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	id := hex.EncodeToString(name)
	path := filepath.Join(folder, id+extension)
	file, err := sqlitefile.Open(ctx, path, sqlitefile.Options{Create: true, Private: true, Exclusive: true, ApplicationID: sketchID, CacheMB: 4})
	if err != nil {
		return nil, core.During("keeping what the rehearsal shows", err)
	}
	s := &Sketch{id: id, path: path, seal: seal, file: file}
	err = file.Transaction(ctx, func(c *sqlite.Conn) error {
		return sqlitex.ExecuteScript(c, `
CREATE TABLE rows (
	n       INTEGER PRIMARY KEY,
	mapping TEXT NOT NULL,
	source  TEXT NOT NULL,
	key     TEXT NOT NULL,
	kind    INTEGER NOT NULL,
	digest  INTEGER NOT NULL,
	matches TEXT,
	sealed  BLOB NOT NULL
);
CREATE TABLE notes (list TEXT NOT NULL, key TEXT NOT NULL, sealed BLOB, PRIMARY KEY (list, key)) WITHOUT ROWID;
CREATE INDEX rows_by_key ON rows (source, key, kind);
CREATE INDEX rows_by_kind ON rows (mapping, kind, n);
CREATE INDEX rows_by_match ON rows (mapping, matches) WHERE matches IS NOT NULL;`, nil)
	})
	if err != nil {
		_ = s.Close() // the first error is the one to tell
		return nil, err
	}
	return s, nil
}

// ID names the rehearsal.
func (s *Sketch) ID() string { return s.id }

// Close removes the file. It may be called twice.
func (s *Sketch) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	remove(s.path)
	return err
}

func remove(path string) {
	for _, tail := range []string{"", "-wal", "-shm", "-journal"} {
		_ = os.Remove(path + tail) // what is not there is removed
	}
}

// Sweep removes what sketches of processes that were killed left in a folder. One that is in use stays.
func Sweep(ctx context.Context, folder string) {
	files, _ := filepath.Glob(filepath.Join(folder, "*"+extension)) // the pattern is a good one
	for _, path := range files {
		f, err := sqlitefile.Open(ctx, path, sqlitefile.Options{Exclusive: true, ApplicationID: sketchID})
		if err != nil && strings.HasSuffix(core.AsFault(err).Code, "in-use") {
			continue
		}
		if f != nil {
			_ = f.Close() // it is removed
		}
		remove(path)
	}
}

// inside is what of a row is sealed.
type inside struct {
	Name    string            `json:"n,omitempty"`
	Changes []importer.Change `json:"c,omitempty"`
	Fault   *fault            `json:"f,omitempty"`
}

// fault is what is shown of one.
type fault struct {
	Kind                       core.FaultKind
	Code, Cause, Remedy, Field string
	Owner                      core.Owner
	Link                       string `json:",omitempty"`
}

// Add implements importer.Sketch.
func (s *Sketch) Add(ctx context.Context, rows []importer.RehearsedRow) error {
	if len(rows) == 0 {
		return nil
	}
	return s.do(func(f *sqlitefile.File) error {
		return f.Transaction(ctx, func(c *sqlite.Conn) error {
			for _, r := range rows {
				sealed, err := s.close(r)
				if err != nil {
					return err
				}
				var matches any
				if r.Matches != "" {
					matches = r.Matches
				}
				if err := sqlitex.Execute(c, "INSERT INTO rows (mapping, source, key, kind, digest, matches, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)",
					&sqlitex.ExecOptions{Args: []any{r.Mapping, r.Table, r.Key, kindNumber(r), int64(r.Digest), matches, sealed}}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// close seals what a row tells of its record.
func (s *Sketch) close(r importer.RehearsedRow) ([]byte, error) {
	in := inside{Name: r.Name, Changes: r.Changes}
	if f := r.Fault; f != nil {
		in.Fault = &fault{f.Kind, f.Code, f.Cause, f.Remedy, f.Subject.Field, f.Owner, f.Link}
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return s.sealed(text), nil
}

func (s *Sketch) sealed(text []byte) []byte {
	nonce := make([]byte, s.seal.NonceSize(), s.seal.NonceSize()+len(text)+s.seal.Overhead())
	rand.Read(nonce) // never fails
	return s.seal.Seal(nonce, nonce, text, nil)
}

func (s *Sketch) unsealed(sealed []byte) ([]byte, error) {
	n := s.seal.NonceSize()
	if len(sealed) < n {
		return nil, damaged(nil)
	}
	text, err := s.seal.Open(nil, sealed[:n], sealed[n:], nil)
	if err != nil {
		return nil, damaged(err)
	}
	return text, nil
}

// open reads what close sealed into a row.
func (s *Sketch) open(r *importer.RehearsedRow, sealed []byte) error {
	text, err := s.unsealed(sealed)
	if err != nil {
		return err
	}
	var in inside
	if err := json.Unmarshal(text, &in); err != nil {
		return damaged(err)
	}
	r.Name, r.Changes = in.Name, in.Changes
	if f := in.Fault; f != nil {
		r.Fault = &core.Fault{Kind: f.Kind, Code: f.Code, Cause: f.Cause, Remedy: f.Remedy, Owner: f.Owner, Link: f.Link,
			Subject: core.Subject{Table: r.Table, Key: r.Key, Field: f.Field}}
	}
	return nil
}

func (s *Sketch) do(work func(f *sqlitefile.File) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return closed()
	}
	return core.During("keeping what the rehearsal shows", work(s.file))
}

// Became implements importer.Sketch.
func (s *Sketch) Became(ctx context.Context, table, mapping string, keys []string) (map[string]core.OutcomeKind, error) {
	out := map[string]core.OutcomeKind{}
	err := s.each(ctx, "SELECT kind FROM rows WHERE source = ?1 AND key = ?2 AND (?3 = '' OR mapping = ?3) ORDER BY kind LIMIT 1", []any{table, mapping}, keys, func(key string, row *sqlite.Stmt) {
		out[key] = core.OutcomeKind(row.ColumnInt(0)) // what was written stands before what was not
	})
	return out, err
}

// Matched implements importer.Sketch.
func (s *Sketch) Matched(ctx context.Context, mapping string, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.each(ctx, "SELECT 1 FROM rows WHERE mapping = ?1 AND matches = ?2 LIMIT 1", []any{mapping}, ids, func(id string, _ *sqlite.Stmt) { out[id] = true })
	return out, err
}

func (s *Sketch) each(ctx context.Context, query string, first []any, seconds []string, row func(second string, s *sqlite.Stmt)) error {
	if len(seconds) == 0 {
		return nil
	}
	return s.do(func(f *sqlitefile.File) error {
		return f.Read(ctx, func(c *sqlite.Conn) error {
			for _, x := range seconds {
				if err := sqlitex.Execute(c, query, &sqlitex.ExecOptions{Args: slices.Insert(slices.Clone(first), 1, any(x)), ResultFunc: func(s *sqlite.Stmt) error {
					row(x, s)
					return nil
				}}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

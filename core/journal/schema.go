package journal

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// applicationID says that a file is a journal of Ferry: "FrJ1".
const applicationID = 0x46724a31

// migrations lead from each version of the schema to the next. One that was released never changes.
func migrations() []string {
	return []string{`
CREATE TABLE destinations (
	id        TEXT PRIMARY KEY,
	place     TEXT NOT NULL,
	confirmed INTEGER NOT NULL,
	intended  INTEGER NOT NULL
);
CREATE TABLE runs (
	seq         INTEGER PRIMARY KEY,
	id          TEXT NOT NULL UNIQUE,
	name        TEXT NOT NULL,
	source      TEXT NOT NULL,
	destination TEXT NOT NULL,
	place       TEXT NOT NULL,
	digest      TEXT NOT NULL,
	limited     INTEGER NOT NULL,
	state       TEXT NOT NULL,
	reason      TEXT NOT NULL,
	came_from   TEXT NOT NULL,
	went_to     TEXT NOT NULL,
	who         TEXT NOT NULL,
	started     TEXT NOT NULL,
	ended       TEXT NOT NULL,
	begun       INTEGER NOT NULL,
	fault       TEXT NOT NULL,
	tables      TEXT NOT NULL
);
CREATE INDEX runs_by_source ON runs (source, seq);
CREATE TABLE parts (
	id             INTEGER PRIMARY KEY,
	run            TEXT NOT NULL,
	mapping        TEXT NOT NULL,
	position       INTEGER NOT NULL,
	range          TEXT NOT NULL,
	bookmark       TEXT NOT NULL DEFAULT '',
	done           INTEGER NOT NULL DEFAULT 0,
	batches        INTEGER NOT NULL DEFAULT 0,
	read           INTEGER NOT NULL DEFAULT 0,
	created        INTEGER NOT NULL DEFAULT 0,
	updated        INTEGER NOT NULL DEFAULT 0,
	unchanged      INTEGER NOT NULL DEFAULT 0,
	removed        INTEGER NOT NULL DEFAULT 0,
	skipped        INTEGER NOT NULL DEFAULT 0,
	refused        INTEGER NOT NULL DEFAULT 0,
	unsure         INTEGER NOT NULL DEFAULT 0,
	unresolved     INTEGER NOT NULL DEFAULT 0,
	before_created INTEGER NOT NULL DEFAULT 0,
	before_updated INTEGER NOT NULL DEFAULT 0,
	worker         TEXT NOT NULL DEFAULT '',
	until          INTEGER NOT NULL DEFAULT 0,
	UNIQUE (run, mapping, position)
);
CREATE TABLE batches (
	seq      INTEGER PRIMARY KEY,
	id       TEXT NOT NULL,
	run      TEXT NOT NULL,
	mapping  TEXT NOT NULL,
	part     INTEGER NOT NULL,
	pass     INTEGER NOT NULL,
	after    TEXT NOT NULL,
	size     INTEGER NOT NULL,
	rows     BLOB,
	returned INTEGER NOT NULL DEFAULT 0,
	settled  INTEGER NOT NULL DEFAULT 0,
	witness  TEXT NOT NULL DEFAULT '',
	UNIQUE (run, id)
);
CREATE INDEX batches_open ON batches (run, part, pass) WHERE settled = 0;
CREATE INDEX batches_witness ON batches (run, seq) WHERE witness <> '';
CREATE TABLE faults (
	id   INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE
);
CREATE TABLE exceptions (
	seq     INTEGER PRIMARY KEY,
	run     TEXT NOT NULL,
	part    INTEGER NOT NULL,
	source  TEXT NOT NULL,
	key     TEXT NOT NULL,
	kind    INTEGER NOT NULL,
	field   TEXT NOT NULL,
	fault   INTEGER,
	pending TEXT NOT NULL DEFAULT ''
);
CREATE INDEX exceptions_by_run ON exceptions (run, seq);
CREATE INDEX exceptions_pending ON exceptions (run, pending) WHERE pending <> '';
CREATE TABLE owed (
	seq     INTEGER PRIMARY KEY,
	run     TEXT NOT NULL,
	mapping TEXT NOT NULL,
	pass    INTEGER NOT NULL,
	key     TEXT NOT NULL,
	kind    INTEGER NOT NULL,
	UNIQUE (run, mapping, pass, key)
);
CREATE TABLE pairs (
	destination TEXT NOT NULL,
	source      TEXT NOT NULL,
	key         TEXT NOT NULL,
	id          TEXT NOT NULL,
	PRIMARY KEY (destination, source, key)
) WITHOUT ROWID;
`, `
ALTER TABLE runs ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
`, `
CREATE INDEX exceptions_by_key ON exceptions (run, source, key);
`, `
CREATE TABLE rehearsals (
	mapping TEXT NOT NULL,
	place   TEXT NOT NULL,
	digest  TEXT NOT NULL,
	source  TEXT NOT NULL,
	ended   TEXT NOT NULL,
	PRIMARY KEY (mapping, place)
) WITHOUT ROWID;
`, `
ALTER TABLE runs ADD COLUMN undoes TEXT NOT NULL DEFAULT '';
CREATE TABLE image_abouts (
	id   INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE
);
CREATE TABLE images (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	run     TEXT NOT NULL,
	batch   TEXT NOT NULL,
	pass    INTEGER NOT NULL,
	mapping TEXT NOT NULL,
	size    INTEGER NOT NULL,
	about   INTEGER NOT NULL,
	sealed  BLOB NOT NULL,
	made    INTEGER NOT NULL,
	UNIQUE (run, batch)
);
CREATE TABLE returned (
	run     TEXT NOT NULL,
	mapping TEXT NOT NULL,
	key     TEXT NOT NULL,
	kind    INTEGER NOT NULL,
	PRIMARY KEY (run, mapping, key)
) WITHOUT ROWID;
`, `
CREATE TABLE listed (
	run     TEXT NOT NULL,
	mapping TEXT NOT NULL,
	list    TEXT NOT NULL,
	key     TEXT NOT NULL,
	gone    INTEGER NOT NULL,
	PRIMARY KEY (run, mapping, list, key)
) WITHOUT ROWID;
`, `
ALTER TABLE runs ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
`, `
ALTER TABLE runs ADD COLUMN retries TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_retrying ON runs (retries) WHERE retries <> '';
ALTER TABLE exceptions ADD COLUMN retried TEXT NOT NULL DEFAULT '';
CREATE INDEX exceptions_retried ON exceptions (retried) WHERE retried <> '';
CREATE TABLE verdicts (
	run     TEXT NOT NULL,
	mapping TEXT NOT NULL,
	key     TEXT NOT NULL,
	there   INTEGER NOT NULL,
	id      TEXT NOT NULL,
	PRIMARY KEY (run, mapping, key)
) WITHOUT ROWID;
CREATE TABLE mended (
	mapping TEXT NOT NULL,
	key     TEXT NOT NULL,
	name    TEXT NOT NULL,
	sealed  BLOB NOT NULL,
	made    INTEGER NOT NULL,
	PRIMARY KEY (mapping, key, name)
) WITHOUT ROWID;
`, `
ALTER TABLE pairs ADD COLUMN written TEXT NOT NULL DEFAULT '';
`, `
ALTER TABLE exceptions ADD COLUMN called BLOB;
CREATE INDEX exceptions_called ON exceptions (run) WHERE called IS NOT NULL;
`}
}

// migrate brings the schema to the newest version. A file of a newer Ferry is refused and stays as it is.
func (j *Journal) migrate(ctx context.Context) error {
	all := migrations()
	return j.file.Transaction(ctx, func(conn *sqlite.Conn) error {
		version, err := number(conn, "PRAGMA user_version")
		if err != nil {
			return err
		}
		if version > int64(len(all)) {
			return tooNew(j.path)
		}
		for v := int(version); v < len(all); v++ {
			if err := sqlitex.ExecuteScript(conn, all[v], nil); err != nil {
				return err
			}
			if err := sqlitex.ExecuteTransient(conn, fmt.Sprintf("PRAGMA user_version = %d", v+1), nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func number(conn *sqlite.Conn, query string, args ...any) (n int64, err error) {
	err = sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: args, ResultFunc: func(s *sqlite.Stmt) error {
		n = s.ColumnInt64(0)
		return nil
	}})
	return n, err
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"ferry/core/practice/world"
)

// older is a copy of a destination.
type older struct {
	file []byte
	had  content
	bad  string // see life.badThere
}

// meddle is what somebody does to the destination or to this computer.
func (l *life) meddle() {
	l.Helper()
	what := l.random.IntN(6)
	switch {
	case what == 0: // it is gone
		l.vanish()
	case what == 1 && l.kind == "sqlite" && len(l.copies) > 0:
		c := l.copies[l.random.IntN(len(l.copies))]
		l.removeFile()
		if err := os.WriteFile(l.s.file(), c.file, 0o600); err != nil {
			l.Fatal(err)
		}
		l.there, l.badThere = c.had, c.bad
		l.forget()
		l.tell("an older copy was put back")
	case what == 2:
		l.otherComputer()
	case what == 3 && (l.kind == "sqlite" || l.server != nil) && len(l.there["firm"]) > 0:
		l.sql("DROP TABLE firm")
		delete(l.there, "firm")
		l.badThere = ""
		l.forget()
		l.tell("somebody dropped the table firm")
	case what == 4 && (l.kind == "sqlite" || l.server != nil) && len(l.there["firm"]) > 0:
		l.refuses()
	case l.kind == "sqlite":
		if file, err := os.ReadFile(l.s.file()); err == nil {
			l.copies = append(l.copies, older{file, l.there.clone(), l.badThere})
		}
	}
}

// refuses lets the destination refuse one row among all others, or take it again.
func (l *life) refuses() {
	if l.badThere != "" {
		l.badThere = ""
		if l.server != nil {
			l.sql("ALTER TABLE firm DROP CONSTRAINT kind")
		} else {
			l.sql("DROP TRIGGER new_bad; DROP TRIGGER set_bad")
		}
		l.tell("the destination takes every firm again")
		return
	}
	for _, cells := range l.there["firm"] {
		if strings.HasPrefix(cells["name"], "Bad ") {
			return
		}
	}
	bad := fmt.Sprint("Bad ", l.random.IntN(1000))
	if l.v.lower || l.v.family || l.v.parent {
		return
	}
	if _, err := l.s.env.World.Insert("account", "", map[string]world.Cell{"name": world.TextCell(bad), "address1_city": world.TextCell("Linz")}); err != nil {
		l.Fatal(err)
	}
	if l.server != nil {
		l.sql("ALTER TABLE firm ADD CONSTRAINT kind CHECK (name <> '" + bad + "')")
	} else {
		l.sql("CREATE TRIGGER new_bad BEFORE INSERT ON firm WHEN NEW.name = '" + bad + "' BEGIN SELECT RAISE(ABORT, 'no'); END;" +
			"CREATE TRIGGER set_bad BEFORE UPDATE ON firm WHEN NEW.name = '" + bad + "' BEGIN SELECT RAISE(ABORT, 'no'); END")
	}
	l.badThere = bad
	l.tell("the destination refuses %q", bad)
}

func (l *life) vanish() {
	l.Helper()
	l.tell("the destination is gone")
	switch {
	case l.server != nil:
		l.server.do(l.T, l.database(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	case l.kind == "sqlite":
		l.removeFile()
	default: // its rows are kept here: it is written again
		if err := os.RemoveAll(l.place()); err != nil {
			l.Fatal(err)
		}
		l.away = map[string]bool{"firm": true, "person": true, "contact": true}
		return
	}
	had := len(l.there["firm"])+len(l.there["contact"])+len(l.there["person"]) > 0
	l.there, l.badThere = content{}, ""
	l.forget()
	if had {
		l.must = "new or was replaced"
	}
}

func (l *life) removeFile() {
	for _, companion := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(l.s.file() + companion); err != nil && !errors.Is(err, fs.ErrNotExist) {
			l.Fatal(err)
		}
	}
	l.badThere = ""
}

// otherComputer goes on with another data folder, which knows nothing, or with one that was used before.
func (l *life) otherComputer() {
	l.Helper()
	if l.kind == "csv" || l.kind == "excel" {
		return // the rows are kept in the data folder
	}
	if l.data = "data"; l.chance(2) {
		l.computers++
		l.data = fmt.Sprint("data", l.computers)
		l.s.settle(l.data)
		l.newcomer = true
	}
	l.forget()
	l.tell("goes on with the data folder %s", l.data)
}

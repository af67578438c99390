package sqlite

import (
	"fmt"
	"strings"

	"ferry/core"
)

func wrong(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "sqlite." + code, Cause: cause, Remedy: remedy, Owner: core.You}
}

func noFile() *core.Fault {
	return wrong("no-file", "No database file was chosen.", "Choose where the file should lie, such as ferry.db in your Documents.")
}

func notOurTable(table string) *core.Fault {
	return wrong("not-our-table", fmt.Sprintf("The database has a table “%s” already, and Ferry did not make it.", table),
		"Choose another file, or give the table another name in the mapping. Ferry never writes into a table it did not make.")
}

func otherTable(table, source string) *core.Fault {
	return wrong("other-table", fmt.Sprintf("The table “%s” in this database holds records of another Dynamics table, “%s”.", table, source),
		"Give one of the two tables another name in its mapping, or choose another file. Capital letters make no difference.")
}

func otherKey(table, key string) *core.Fault {
	return wrong("other-key", fmt.Sprintf("The table “%s” in this database does not have “%s” as its primary key.", table, key),
		"Choose another file, or rename the table in the database. Ferry then makes a new one.")
}

// kinds are the words for SQLite's types.
func kinds(t string) string {
	switch t {
	case "INTEGER":
		return "whole numbers"
	case "REAL":
		return "floating-point numbers"
	case "NUMERIC":
		return "numbers"
	case "BLOB":
		return "raw data"
	default:
		return "text"
	}
}

func otherType(table, column, have, want string) *core.Fault {
	return wrong("other-type", fmt.Sprintf("The column “%s” of the table “%s” in this database is made for %s, and %s should go there.", column, table, kinds(have), kinds(want)),
		"Choose another file, or rename that column in the database. Ferry then adds a new one.")
}

func tableChanged(table, how string) *core.Fault {
	return wrong("table-changed", fmt.Sprintf("The table “%s” was changed in the database so that Ferry cannot write into it: %s.", table, how),
		"Take that change back in the database, or rename the table there: Ferry then makes a new one and brings everything.")
}

func notFilled(table, column string) *core.Fault {
	return wrong("not-filled", fmt.Sprintf("The column “%s” of the table “%s” must not be empty (NOT NULL), and the mapping does not fill it.", column, table),
		"Map a field to that column. Or let it be empty in the database, or give it a value of its own there (DEFAULT).")
}

func tooManyColumns(table string, n int) *core.Fault {
	return wrong("too-many-columns", fmt.Sprintf("The table “%s” would need %d columns, and SQLite holds %d at most.", table, n, maxColumns),
		"Leave some fields out of the mapping of this table.")
}

func reservedName(table string) *core.Fault {
	return wrong("reserved-name", fmt.Sprintf("A table in a SQLite file cannot be called “%s”: names of this kind are kept for SQLite and for Ferry.", table),
		"Give the table another name in its mapping.")
}

func badName(table string) *core.Fault {
	return wrong("bad-name", fmt.Sprintf("A name in the mapping of “%s” is empty or has a character in it that no name can have.", table),
		"Give the table, its key and each of its columns a name in the mapping.")
}

func sameColumn(table, column string) *core.Fault {
	return wrong("same-column", fmt.Sprintf("Two columns of the table “%s” are called “%s”. Capital letters make no difference.", table, column),
		"Give one of them another name in the mapping.")
}

func noTable(table string) *core.Fault {
	return wrong("no-table", fmt.Sprintf("The database has no table “%s” yet.", table), "Import it once: Ferry makes the table then.")
}

func notPrepared(table string) *core.Fault {
	return wrong("not-prepared", fmt.Sprintf("The table “%s” or one of its columns is not in the database any more.", table),
		"Start the import again: Ferry makes what is missing.")
}

// otherPlan is a mistake of Ferry's own: a row that was made for another plan.
func otherPlan(table string) *core.Fault {
	f := wrong("other-plan", fmt.Sprintf("A row for the table “%s” does not have as many values as the table has columns.", table),
		"Try again. If it happens again, save the diagnostics and send them to us.")
	f.Kind = core.Bug
	return f
}

func noMatchColumn(table, column string) *core.Fault {
	return wrong("no-match-column", fmt.Sprintf("Rows of “%s” are to be matched by the column “%s”, which the mapping does not fill.", table, column),
		"Map that column too, or match by another one.")
}

func severalMatch(table string, columns []string) *core.Fault {
	f := wrong("several-match", fmt.Sprintf("More than one row of “%s” has the same %s, so Ferry cannot tell which one is meant.", table, listed(columns)),
		"Make the rows differ in the database or match by more columns, then retry the refused records.")
	f.Kind = core.BadRecord
	return f
}

func matchTaken(table string, columns []string) *core.Fault {
	f := wrong("match-taken", fmt.Sprintf("The row of “%s” with the same %s belongs to another record already.", table, listed(columns)),
		"Look whether the two records in Dynamics are the same one. If not, match by more columns, then retry the refused records.")
	f.Kind = core.BadRecord
	return f
}

// listed names columns as people do.
func listed(columns []string) string { return "“" + strings.Join(columns, "”, “") + "”" }

func noKey() *core.Fault {
	f := wrong("no-key", "The record has no id.", "See in Dynamics whether the record opens. If it does, retry the refused records.")
	f.Kind = core.BadRecord
	return f
}

func tooBig(column string) *core.Fault {
	f := wrong("too-big", fmt.Sprintf("The value for the column “%s” is larger than SQLite can hold: 1 GB.", column),
		"Leave this field out of the mapping, or shorten the value in Dynamics.")
	f.Kind = core.BadRecord
	return f
}

func changedSince() *core.Fault {
	f := wrong("changed-since", "Somebody changed this row in the database after the import.", "Look at the row there. Ferry leaves it as it is.")
	f.Kind = core.BadRecord
	return f
}

func dropped() *core.Fault {
	f := wrong("dropped", "A trigger of the table in the database dropped what was to be written of this record, and gave no reason.",
		"See in the database which triggers the table has. Change the trigger or the record, then retry the refused records.")
	f.Kind = core.BadRecord
	return f
}

func changedAgain() *core.Fault {
	f := wrong("changed-again", "This row got its former values back, and a trigger of the table in the database changed it once more.",
		"Look at the row there, and at the triggers that the table has. Ferry leaves it as it is now.")
	f.Kind = core.BadRecord
	return f
}

func columnGone(table, column string) *core.Fault {
	f := wrong("column-gone", "The table “"+table+"” has no column “"+column+"” any more, so what stood there cannot be put back.",
		"Add the column again, empty, and take the import back then.")
	f.Subject = core.Subject{Table: table, Field: column}
	return f
}

func batchUnreadable(err error) *core.Fault {
	f := wrong("notes-damaged", "Ferry's own notes in this database cannot be read: another program changed them.",
		"Choose another file, or start the import again with everything.")
	f.Err = err
	return f
}

func nearlyFull(free string) *core.Fault {
	return wrong("nearly-full", fmt.Sprintf("The disk has only %s free.", free), "Free some space, or choose a folder on another disk.")
}

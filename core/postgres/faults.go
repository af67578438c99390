package postgres

import (
	"fmt"
	"strings"

	"ferry/core"
)

func wrong(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "postgres." + code, Cause: cause, Remedy: remedy, Owner: core.You}
}

// bad is one record that cannot be held.
func bad(code, cause, remedy string) *core.Fault {
	f := wrong(code, cause, remedy)
	f.Kind = core.BadRecord
	return f
}

// Settings.

func noAddress() *core.Fault {
	return wrong("no-address", "The address of the PostgreSQL server is missing.", "Fill in the server's name, such as db.example.com, or postgres://user@db.example.com/database.")
}

func badAddress() *core.Fault {
	return wrong("bad-address", "The address of the PostgreSQL server cannot be read.",
		"Write it like db.example.com, db.example.com:5432/database or postgres://user@db.example.com:5432/database. One server only.")
}

func passwordInAddress() *core.Fault {
	return wrong("password-in-address", "There is a password in the address of the PostgreSQL server. Addresses are saved in files that others may read.",
		"Take the password out of the address and put it into the field “Password”, which keeps it in the keychain; in a terminal, into the environment variable PGPASSWORD. Think about changing it if the file was passed on.")
}

func badParameter(name string) *core.Fault {
	f := wrong("bad-parameter", "The address of the PostgreSQL server has a part behind the question mark that Ferry does not know.",
		"Leave it out. Known are sslmode, channel_binding, host, port, user, dbname and search_path. Certificates are chosen in the network settings of this computer.")
	f.Subject.Value = name
	return f
}

func saidTwice(name string) *core.Fault {
	return wrong("said-twice", fmt.Sprintf("The address and the setting “%s” say different things.", name), "Say it in one of the two places only.")
}

func disguised() *core.Fault {
	return wrong("disguised", "The address of the PostgreSQL server has letters in it that addresses do not have. They may look like those of another address.",
		"Type the address yourself. A server with such a name is written with xn-- in front.")
}

func badPort() *core.Fault {
	return wrong("bad-port", "The port of the PostgreSQL server is not a number from 1 to 65535.", "Leave it out, or fill in the number; usually it is 5432.")
}

func noDatabase() *core.Fault {
	return wrong("no-database", "The name of the database is missing.", "Fill in “Database”, or write it behind the address: db.example.com/database.")
}

func noUser() *core.Fault {
	return wrong("no-user", "The user is missing.", "Fill in “User”, or write it before the address: postgres://user@db.example.com/database.")
}

func badEncryption() *core.Fault {
	return wrong("bad-encryption", "There is no encryption of that name.", "Choose automatic, verify-full, verify-ca, require or disable.")
}

func downgrade(name string) *core.Fault {
	return wrong("downgrade", fmt.Sprintf("With “%s” whoever stands in between decides whether the connection is encrypted.", name),
		"Choose verify-full. If the server has no certificate of its own, choose require; if it cannot encrypt at all, disable.")
}

func reservedSchema() *core.Fault {
	return wrong("reserved-schema", "That schema belongs to PostgreSQL itself.", "Choose another schema, such as public or dynamics.")
}

func badEnvironment(err error) *core.Fault {
	f := wrong("bad-environment", "A setting of this computer for PostgreSQL (an environment variable that begins with PG) cannot be used.",
		"Remove environment variables such as PGSERVICE or PGSSLCERTMODE, or correct them, then start again.")
	f.Err = err
	return f
}

// Tables.

func notOurTable(table string) *core.Fault {
	return wrong("not-our-table", fmt.Sprintf("The schema has a table or view “%s” already, and Ferry did not make it.", table),
		"Choose another schema, or give the table another name in the mapping. Ferry never writes into a table it did not make.")
}

func otherTable(table, source string) *core.Fault {
	return wrong("other-table", fmt.Sprintf("The table “%s” in this schema holds records of another Dynamics table, “%s”.", table, source),
		"Give one of the two tables another name in its mapping, or choose another schema.")
}

func otherKey(table, key string) *core.Fault {
	return wrong("other-key", fmt.Sprintf("The table “%s” in this schema does not have “%s” as its primary key.", table, key),
		"Choose another schema, or rename the table in the database. Ferry then makes a new one.")
}

func otherType(table, column, have, want string) *core.Fault {
	return wrong("other-type", fmt.Sprintf("The column “%s” of the table “%s” is of the type %s, and %s should go there.", column, table, have, want),
		"Choose another schema, or rename that column in the database. Ferry then adds a new one.")
}

func computed(table, column string) *core.Fault {
	return wrong("computed", fmt.Sprintf("The database computes the column “%s” of the table “%s” itself.", column, table),
		"Leave that field out of the mapping, or rename the column in the database. Ferry then adds a new one.")
}

func tableChanged(table, how string) *core.Fault {
	return wrong("table-changed", fmt.Sprintf("The table “%s” was changed in the database so that Ferry cannot write into it: %s.", table, how),
		"Take that change back in the database, or rename the table there: Ferry then makes a new one and brings everything.")
}

func notFilled(table, column string) *core.Fault {
	return wrong("not-filled", fmt.Sprintf("The column “%s” of the table “%s” must not be empty, and the mapping does not fill it.", column, table),
		"Map a field to that column. Or let it be empty in the database (DROP NOT NULL), or give it a value of its own there (SET DEFAULT).")
}

func tooManyColumns(table string, n int) *core.Fault {
	return wrong("too-many-columns", fmt.Sprintf("The table “%s” would need %d columns, and PostgreSQL holds %d at most.", table, n, maxColumns),
		"Leave some fields out of the mapping of this table.")
}

func reservedName(table string) *core.Fault {
	return wrong("reserved-name", fmt.Sprintf("A table cannot be called “%s”: names of this kind are kept for Ferry.", table), "Give the table another name in its mapping.")
}

func reservedColumn(table, column string) *core.Fault {
	return wrong("reserved-column", fmt.Sprintf("A column of the table “%s” cannot be called “%s”: PostgreSQL has one of that name in every table.", table, column),
		"Give the column another name in the mapping.")
}

func badName(table string) *core.Fault {
	return wrong("bad-name", fmt.Sprintf("A name in the mapping of “%s” is empty or has a character in it that no name can have.", table),
		"Give the table, its key and each of its columns a name in the mapping.")
}

func sameColumn(table, column string) *core.Fault {
	return wrong("same-column", fmt.Sprintf("Two columns of the table “%s” are called “%s”.", table, column), "Give one of them another name in the mapping.")
}

func sameBeginning(table, one, other string) *core.Fault {
	return wrong("same-beginning", fmt.Sprintf("The columns “%s” and “%s” of the table “%s” begin with the same %d letters, and PostgreSQL keeps no more.", one, other, table, maxName),
		"Give one of them a shorter name in the mapping.")
}

func noTable(table string) *core.Fault {
	return wrong("no-table", fmt.Sprintf("The schema has no table “%s” yet.", table), "Import it once: Ferry makes the table then.")
}

func notPrepared(table string) *core.Fault {
	return wrong("not-prepared", fmt.Sprintf("The table “%s” or one of its columns is not in the database any more.", table),
		"Start the import again: Ferry makes what is missing.")
}

func replaced(name string) *core.Fault {
	return wrong("replaced", fmt.Sprintf("The database %s was put back or replaced while it was being written.", name),
		"Start the import again: what is missing is brought once more.")
}

func notesDamaged(err error) *core.Fault {
	f := wrong("notes-damaged", "Ferry's own notes in this database cannot be read: somebody changed them.", "Choose another schema, or start the import again with everything.")
	f.Err = err
	return f
}

// otherPlan is a mistake of Ferry's own: a row that was made for another plan.
func otherPlan(table string) *core.Fault {
	f := wrong("other-plan", fmt.Sprintf("A row for the table “%s” does not have as many values as the table has columns.", table),
		"Try again. If it happens again, save the diagnostics and send them to us.")
	f.Kind = core.Bug
	return f
}

func rolledBack() *core.Fault {
	f := wrong("rolled-back", "The server took back what was written, and did not say why.", "Start the import again: it goes on where it stopped.")
	f.Owner = core.DatabaseAdmin
	return f
}

// Records.

func noKey() *core.Fault {
	return bad("no-key", "The record has no id.", "See in Dynamics whether the record opens. If it does, retry the refused records.")
}

func noZeroByte() *core.Fault {
	return bad("zero-character", "A text in this record has an invisible character (U+0000) in it, which PostgreSQL cannot hold.",
		"Delete the text in Dynamics and type it anew, then retry the refused records.")
}

func notText() *core.Fault {
	return bad("not-text", "A text in this record is damaged: it is no valid Unicode.", "Correct the text in Dynamics, then retry the refused records.")
}

func dateOutOfRange() *core.Fault {
	return bad("date-out-of-range", "A date in this record is before the year 1 or after the year 9999.", "Correct the date in Dynamics, then retry the refused records.")
}

func tooBig() *core.Fault {
	return bad("too-big", "A value in this record is larger than 250 MB, which PostgreSQL does not take.", "Leave this field out of the mapping, or shorten the value in Dynamics.")
}

func foreignCharacter() *core.Fault {
	f := bad("foreign-character", "A text in this record has a character that the database cannot keep, because of its encoding.",
		"Have a database made with the encoding UTF8 and choose that one, or replace the character in Dynamics and retry the refused records.")
	f.Owner = core.DatabaseAdmin
	return f
}

func dropped() *core.Fault {
	return bad("dropped", "A trigger of the table in the database dropped what was to be written of this record, and gave no reason.",
		"See in the database which triggers the table has. Change the trigger or the record, then retry the refused records.")
}

func changedAgain() *core.Fault {
	return bad("changed-again", "This row got its former values back, and a trigger of the table in the database changed it once more.",
		"Look at the row there, and at the triggers that the table has. Ferry leaves it as it is now.")
}

func columnGone(table, column string) *core.Fault {
	return wrong("column-gone", fmt.Sprintf("The table “%s” has no column “%s” any more, so what stood there cannot be put back.", table, column),
		"Add the column again, empty, and take the import back then.")
}

func changedSince() *core.Fault {
	return bad("changed-since", "Somebody changed this row in the database after the import.", "Look at the row there. Ferry leaves it as it is.")
}

func noMatchColumn(table, column string) *core.Fault {
	return wrong("no-match-column", fmt.Sprintf("Rows of “%s” are to be matched by the column “%s”, which the mapping does not fill.", table, column),
		"Map that column too, or match by another one.")
}

func severalMatch(table string, columns []string) *core.Fault {
	return bad("several-match", fmt.Sprintf("More than one row of “%s” has the same %s, so Ferry cannot tell which one is meant.", table, strings.Join(columns, ", ")),
		"Make the rows differ in the database or match by more columns, then retry the refused records.")
}

func matchTaken(table string, columns []string) *core.Fault {
	return bad("match-taken", fmt.Sprintf("The row of “%s” with the same %s belongs to another record already.", table, strings.Join(columns, ", ")),
		"Look whether the two records in Dynamics are the same one. If not, match by more columns, then retry the refused records.")
}

// Checks.

func notEncrypted() *core.Fault {
	return wrong("not-encrypted", "The connection is not encrypted: people in the networks between can read what is imported.",
		"Choose verify-full as soon as the server can encrypt. The password itself is only sent in a form that nobody can read.")
}

func nameNotProved(how string) *core.Fault {
	return wrong("name-not-proved", fmt.Sprintf("The connection is encrypted, but with “%s” the server does not have to prove its name.", how),
		"Choose verify-full. If the server's certificate is your company's own, choose its root certificate in the network settings.")
}

func tooOld(version string) *core.Fault {
	f := wrong("too-old", fmt.Sprintf("The server is PostgreSQL %s, and Ferry needs 9.5 or newer.", version), "Choose a newer server. Versions below 13 get no more security updates.")
	f.Owner = core.DatabaseAdmin
	return f
}

func onlySpeaks(maker string) *core.Fault {
	f := wrong("only-speaks", fmt.Sprintf("The server is %s. It speaks PostgreSQL, but refuses statements with which Ferry writes.", maker),
		"Choose a server that is PostgreSQL itself, such as those of Azure, AWS, Google Cloud, Neon or Supabase. Or import into a CSV folder and load the files from there.")
	f.Owner = core.DatabaseAdmin
	return f
}

func otherEncoding(encoding string) *core.Fault {
	f := wrong("other-encoding", fmt.Sprintf("The database keeps texts as %s, which does not know every character.", encoding),
		"Choose another database, or have one made with the encoding UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.")
	f.Owner = core.DatabaseAdmin
	return f
}

func noRight(user, what, grant string) *core.Fault {
	return &core.Fault{
		Kind: core.Permission, Code: "postgres.no-right", Owner: core.DatabaseAdmin,
		Cause:  fmt.Sprintf("The user “%s” may not %s.", user, what),
		Remedy: "Ask whoever runs the database to run: " + grant,
	}
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"ferry/core"
	"ferry/core/rest"
)

// fault says in words why something did not work. nil stays nil.
func (d *Destination) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var known *core.Fault
	if errors.As(err, &known) {
		return known
	}
	if ctx.Err() != nil {
		f := *core.AsFault(context.Canceled)
		f.Err = err
		return &f
	}
	var told *pgconn.PgError
	if errors.As(err, &told) {
		return d.to.told(told)
	}
	words := err.Error()
	var connecting *pgconn.ConnectError
	f := &core.Fault{Kind: core.Wrong, Owner: core.DatabaseAdmin, Err: err}
	switch {
	case strings.Contains(words, "server refused TLS"):
		f.Code = "postgres.no-tls"
		f.Cause = "The server at " + d.to.host + " does not encrypt connections."
		f.Remedy = "Have encryption switched on at the server (ssl = on). Only where nobody else is in the network, choose “disable” as encryption."
	case strings.Contains(words, "authentication method requirement"):
		f.Kind, f.Code = core.SignIn, "postgres.password-readable"
		f.Cause = "The server asks for the password in a form that others could read, and Ferry did not send it."
		f.Remedy = "Choose verify-full as encryption, or have the server ask for scram-sha-256."
	case strings.Contains(words, "channel binding"):
		f.Kind, f.Code = core.SignIn, "postgres.no-binding"
		f.Cause = "The server cannot bind the sign-in to the encrypted connection, as the address wants it (channel_binding)."
		f.Remedy = "Take channel_binding out of the address, if whoever runs the server agrees."
	case strings.Contains(words, "unknown authentication message"), strings.Contains(words, "unsupported authentication"):
		f.Kind, f.Code = core.SignIn, "postgres.other-sign-in"
		f.Cause = "The server wants a sign-in that Ferry does not know, such as Kerberos."
		f.Remedy = "Ask for a user with a password (scram-sha-256)."
	case errors.As(err, &connecting):
		return rest.NetworkFault(d.to.server(), "the PostgreSQL server", err)
	default:
		f.Kind, f.Owner, f.Code = core.Offline, core.You, "postgres.lost"
		f.Cause = "The connection with the PostgreSQL server was cut."
		f.Remedy = "Look whether this computer is online and the server runs, then start again: it goes on where it stopped."
	}
	return f
}

// told is the table from PostgreSQL's codes to words (PostgreSQL: "Appendix A. PostgreSQL Error Codes"). The server's own
// text is left out: it quotes values.
func (t target) told(e *pgconn.PgError) *core.Fault {
	f := &core.Fault{Kind: core.Wrong, Owner: core.DatabaseAdmin, Err: errors.New("SQLSTATE " + e.Code)}
	f.Details = "SQLSTATE " + e.Code
	if e.ConstraintName != "" {
		f.Details += ", rule " + e.ConstraintName
	}
	f.Subject.Field = e.ColumnName
	say := func(kind core.FaultKind, code, cause, remedy string) *core.Fault {
		f.Kind, f.Code, f.Cause, f.Remedy = kind, "postgres."+code, cause, remedy
		return f
	}
	const again = " Then start again: it goes on where it stopped."
	switch e.Code {
	case "28P01":
		f.Owner = core.You
		return say(core.SignIn, "wrong-password", fmt.Sprintf("The server does not take the password of the user “%s”, or there is no such user.", t.user),
			"Fill in the password anew; in a terminal, into the environment variable PGPASSWORD. If it is right, ask whoever runs the database.")
	case "28000":
		if strings.Contains(e.Message, "client certificate") { // the code does not tell; in another language it is the next Fault
			return say(core.SignIn, "wants-certificate", fmt.Sprintf("The server wants a certificate of the user “%s”, and Ferry signs in by password alone.", t.user),
				"Ask whoever runs the database to let the user in with a password over an encrypted connection (without clientcert in pg_hba.conf).")
		}
		return say(core.SignIn, "not-let-in", fmt.Sprintf("The server does not let the user “%s” into the database “%s” from this computer.", t.user, t.database),
			"Check user and encryption. If they are right, ask whoever runs the database to let this computer in (pg_hba.conf, or the firewall rules of the cloud).")
	case "3D000":
		f.Owner = core.You
		return say(core.Wrong, "no-such-database", fmt.Sprintf("The server has no database “%s”.", t.database), "Check the name, capital letters too, or ask whoever runs the server to make it: CREATE DATABASE.")
	case "3F000":
		return say(core.Wrong, "no-such-schema", fmt.Sprintf("The database has no schema “%s” any more.", t.schema), "Start the import again: Ferry makes it.")
	case "42501":
		return say(core.Permission, "no-right", fmt.Sprintf("The user “%s” has no right to do this in the schema “%s”.", t.user, t.schema),
			"Test the destination: it names the right that is missing, and how it is given.")
	case "25006":
		return say(core.Wrong, "read-only", "The database takes no changes: it is a copy of another one, or set to be read only.",
			"Choose the address of the server that is written to (primary), or ask whoever runs the database.")
	case "53100", "58030":
		return say(core.Busy, "disk-full", "The disk of the database server is full, or fails.", "Ask whoever runs the server to make room."+again)
	case "53200":
		return say(core.Busy, "no-memory", "The database server has not enough free memory.", "Ask whoever runs the server."+again)
	case "53300":
		return say(core.Busy, "too-many-connections", "The database server has no connection left.", "Close other programs that use it, or ask whoever runs it to allow more (max_connections)."+again)
	case "25P03", "25P04", "57P05":
		return say(core.Offline, "too-slow", "The database server ended the connection: its limit for waiting, or for one transaction, was reached.",
			"Ask whoever runs the server for a longer limit (idle_in_transaction_session_timeout, transaction_timeout, idle_session_timeout)."+again)
	case "57P01", "57P02":
		return say(core.Offline, "shutting-down", "The database server ended the connection: it is being stopped or restarted.", "Wait until it runs again."+again)
	case "57P03":
		return say(core.Offline, "starting", "The database server is starting or stopping and takes no connections yet.", "Wait a minute."+again)
	case "55P03":
		f.Owner = core.You
		return say(core.Busy, "locked", "Somebody else is writing into the table: a second Ferry, or an unfinished change in another program.", "End it there."+again)
	case "40001", "40P01":
		return say(core.Busy, "conflict", "Another program changed the same rows at the same time.", "Start again: it goes on where it stopped.")
	case "42P01", "42703":
		f.Owner = core.You
		return say(core.Wrong, "not-prepared", "The table or one of its columns is not in the database any more.", "Start the import again: Ferry makes what is missing.")
	case "42P07", "42701", "42P06":
		f.Owner = core.You
		return say(core.Busy, "made-twice", "Somebody else made the same table or column at the same moment.", "Start again.")
	case "57014":
		return say(core.Busy, "given-up", "The server gave up a statement: somebody ended it, or it took too long.", "Ask whoever runs the server whether there is a limit."+again)
	case "0A000", "42601", "42704", "42883":
		return say(core.Wrong, "not-postgres", "The server speaks PostgreSQL, but lacks something that Ferry needs: temporary tables, COPY, or INSERT … ON CONFLICT.",
			"Choose a server with PostgreSQL 9.5 or newer.")
	}
	switch e.Code[:min(2, len(e.Code))] {
	case "08":
		f.Owner = core.You
		return say(core.Offline, "lost", "The connection with the PostgreSQL server was cut.", "Look whether this computer is online and the server runs, then start again: it goes on where it stopped.")
	case "28":
		return say(core.SignIn, "not-let-in", fmt.Sprintf("The server does not let the user “%s” into the database “%s” from this computer.", t.user, t.database),
			"Check user and encryption. If they are right, ask whoever runs the database.")
	case "53", "54", "55", "57", "58":
		if refusal := t.limit(e, f, say); refusal != nil {
			return refusal
		}
		return say(core.Busy, "trouble", "The database server has trouble of its own.", "Ask whoever runs it; the code tells what happened."+again)
	case "42", "25", "26", "34", "XX":
		f.Owner = core.You
		return say(core.Bug, "failed", "The database did not understand what Ferry asked of it, or failed inside.", "Try again. If it happens again, save the diagnostics and send them to us.")
	}
	return t.refused(e, say)
}

// limit is a row that goes beyond a limit of the server; nil for other trouble.
func (t target) limit(e *pgconn.PgError, f *core.Fault, say func(core.FaultKind, string, string, string) *core.Fault) *core.Fault {
	if e.Code[:2] != "54" {
		return nil
	}
	f.Owner = core.You
	return say(core.BadRecord, "row-too-big", "This record is larger than a row of PostgreSQL can be, or its key is.", "Leave some fields out of the mapping of this table.")
}

// refused is a row that the server does not take: a rule that somebody gave the table, or a value that does not fit.
func (t target) refused(e *pgconn.PgError, say func(core.FaultKind, string, string, string) *core.Fault) *core.Fault {
	const rule = "See in the database which rule the table has. Change the rule or the record, then retry the refused records."
	if e.Code == "22P05" || e.Code == "22021" {
		return foreignCharacter()
	}
	const fit = "Change the type of the field in the mapping, or the value in Dynamics, then retry the refused records."
	switch e.Code {
	case "23502":
		return say(core.BadRecord, "refused-empty", "The table in the database does not allow an empty value where this record has one.", rule)
	case "23503":
		return say(core.BadRecord, "refused-related", "The table in the database asks for a related row that is not there, or another row still points at this one.", rule)
	case "23505", "23P01":
		return say(core.BadRecord, "refused-twice", "The table in the database allows each value once, and another row has this one already.", rule)
	case "23514", "44000":
		return say(core.BadRecord, "refused-check", "The table in the database has a CHECK rule that this record breaks.", rule)
	case "22001":
		return say(core.BadRecord, "too-long", "A text in this record is longer than its column in the database allows.", fit)
	case "22003":
		return say(core.BadRecord, "out-of-range", "A number in this record is too large for its column in the database.", fit)
	case "22007", "22008":
		return say(core.BadRecord, "bad-date", "A date in this record is none that its column in the database can hold.", fit)
	}
	if strings.HasPrefix(e.Code, "22") {
		return say(core.BadRecord, "does-not-fit", "A value in this record does not fit the type of its column in the database.", fit)
	}
	return say(core.BadRecord, "refused", "A rule or a trigger of the table in the database refused this record.", rule)
}

// aboutRow reports whether the server refused something because of what is in a row, and why.
func aboutRow(err error) (*core.Fault, bool) {
	var known *core.Fault
	if errors.As(err, &known) {
		return known, known.Kind == core.BadRecord
	}
	var told *pgconn.PgError
	if !errors.As(err, &told) {
		return nil, false
	}
	f := target{}.told(told)
	return f, f.Kind == core.BadRecord
}

// passes reports whether waiting helps.
func passes(err error) bool {
	f := core.AsFault(err)
	return f.Kind == core.Offline || f.Code == "postgres.too-many-connections" || f.Code == "postgres.conflict"
}

package postgres

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"ferry/core"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestEveryFaultIsProofRead holds each sentence against a file that a person can read through.
func TestEveryFaultIsProofRead(t *testing.T) {
	faults := []*core.Fault{
		noAddress(), badAddress(), passwordInAddress(), badParameter("sslkey"), saidTwice("user"), badPort(), disguised(), noDatabase(), noUser(), badEncryption(),
		downgrade("prefer"), reservedSchema(), badEnvironment(errors.New("x")),
		notOurTable("account"), otherTable("account", "contact"), columnGone("account", "name"), otherKey("account", "accountid"), otherType("account", "name", "integer", "text"),
		computed("account", "name"), tableChanged("account", "its key is checked only when a transaction ends (DEFERRABLE)"), notFilled("account", "theirs"),
		foreignCharacter(), dropped(), changedAgain(), onlySpeaks("CockroachDB"), tooManyColumns("account", 1601), reservedName("_ferry_x"), reservedColumn("account", "xmin"), badName("account"),
		sameColumn("account", "name"), sameBeginning("account", "new_one", "new_other"), noTable("account"), notPrepared("account"),
		replaced("crm on db.example.com"), notesDamaged(errors.New("x")), otherPlan("account"), rolledBack(),
		noKey(), noZeroByte(), notText(), dateOutOfRange(), tooBig(), changedSince(),
		noMatchColumn("account", "name"), severalMatch("account", []string{"name", "city"}), matchTaken("account", []string{"name"}),
		notEncrypted(), nameNotProved("require"), tooOld("9.4"), otherEncoding("LATIN1"),
		noRight("ada", "make tables in the schema “public”", `GRANT USAGE, CREATE ON SCHEMA "public" TO "ada";`),
	}
	to := target{host: "db.example.com", port: 5432, database: "crm", user: "ada", schema: "public"}
	for _, code := range []string{
		"28P01", "28000", "3D000", "3F000", "42501", "25006", "25P03", "53100", "53200", "53300", "57P01", "57P03", "55P03", "40001", "42P01", "42P07", "57014", "0A000",
		"08006", "28999", "54000", "55000", "XX000", "42000", "23502", "23503", "23505", "23514", "22001", "22003", "22007", "22P02", "22P05", "P0001", "ZZ999",
	} {
		faults = append(faults, to.told(&pgconn.PgError{Code: code, Message: "secret", Detail: "Key (a)=(secret)"}))
	}
	faults = append(faults, to.told(&pgconn.PgError{Code: "28000", Message: "connection requires a valid client certificate"}))
	d := &Destination{to: to}
	for _, words := range []string{"server refused TLS connection", "authentication method requirement failed", "channel binding required", "unknown authentication message", "unexpected EOF"} {
		faults = append(faults, core.AsFault(d.fault(context.Background(), errors.New(words))))
	}
	var text strings.Builder
	for _, f := range faults {
		if f.Cause == "" || f.Remedy == "" || f.Owner == "" || f.Kind == "" || !strings.HasPrefix(f.Code, "postgres.") {
			t.Errorf("an incomplete Fault: %+v", f)
		}
		if strings.Contains(f.Error(), "secret") || f.Err != nil && strings.Contains(f.Err.Error(), "secret") {
			t.Errorf("the server's own words are shown: %v", f)
		}
		fmt.Fprintf(&text, "%s (%s, %s)\n  %s\n  → %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	const golden = "testdata/faults.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("the Faults read otherwise than %s; read them and run the test with -update", golden)
	}
}

func TestAStopIsAStopWhateverTheServerSaid(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := &Destination{}
	if f := core.AsFault(d.fault(ctx, &pgconn.PgError{Code: "57014"})); f.Kind != core.Stopped {
		t.Errorf("told is %+v", f)
	}
	if d.fault(ctx, nil) != nil {
		t.Error("nothing happened, and something is told")
	}
}

package postgres

import (
	"strings"
	"testing"

	"ferry/core"
)

func TestAnAddressIsReadInEveryWayPeopleWriteIt(t *testing.T) {
	for words, want := range map[string]string{
		"postgres://ada@db.example.com/crm":                                                 "ada@db.example.com:5432/crm public verify-full",
		"postgresql://ada@db.example.com:6432/crm":                                          "ada@db.example.com:6432/crm public verify-full",
		"//ada@db.example.com/crm":                                                          "ada@db.example.com:5432/crm public verify-full",
		"ada@db.example.com:6432/crm":                                                       "ada@db.example.com:6432/crm public verify-full",
		"jdbc:postgresql://db.example.com/crm?user=ada&currentSchema=dyn":                   "ada@db.example.com:5432/crm dyn verify-full",
		"postgres://ada%40contoso@db.example.com/c%20r%20m":                                 "ada@contoso@db.example.com:5432/c r m public verify-full",
		"postgres://ada@db.example.com/crm?sslmode=require&channel_binding=require":         "ada@db.example.com:5432/crm public require",
		"postgres://ada@db.example.com/crm?sslmode=disable&application_name=x":              "ada@db.example.com:5432/crm public disable",
		"postgres://ada@localhost/crm":                                                      "ada@localhost:5432/crm public disable",
		"postgres://ada@127.0.0.1/crm":                                                      "ada@127.0.0.1:5432/crm public disable",
		"postgres://ada@[::1]:5433/crm":                                                     "ada@[::1]:5433/crm public disable",
		"postgres://ada@[2001:db8::1]/crm":                                                  "ada@[2001:db8::1]:5432/crm public verify-full",
		"postgres://ada@/crm?host=/var/run/postgresql":                                      "ada@/var/run/postgresql:5432/crm public disable",
		"postgres://ada@localhost/crm?sslmode=verify-ca":                                    "ada@localhost:5432/crm public verify-ca",
		"  postgres://ada@DB.example.com/crm  ":                                             "ada@DB.example.com:5432/crm public verify-full",
		"postgres://ada@ep-x.eu-central-1.aws.neon.tech/neondb?sslmode=verify-full&port=80": "ada@ep-x.eu-central-1.aws.neon.tech:80/neondb public verify-full",
	} {
		got, err := parse(map[string]string{"address": words, "schema": "public", "encryption": "automatic"})
		if err != nil {
			t.Errorf("%s: %v", words, err)
			continue
		}
		host := got.server()
		if got.socket() {
			host = got.host + ":5432"
		}
		if text := got.user + "@" + host + "/" + got.database + " " + got.schema + " " + got.encryption; text != want {
			t.Errorf("%s is read as %s, want %s", words, text, want)
		}
	}
}

func TestTheAddressAndItsPartsComplementEachOther(t *testing.T) {
	got, err := parse(map[string]string{"address": "db.example.com", "port": "6432", "database": "crm", "user": "ada", "schema": "dyn", "encryption": "require"})
	if want := (target{host: "db.example.com", port: 6432, database: "crm", user: "ada", schema: "dyn", encryption: "require"}); err != nil || got != want {
		t.Errorf("read is %+v, %v", got, err)
	}
	if name := got.name(); name != "crm on db.example.com:6432, schema dyn" {
		t.Errorf("it is called %s", name)
	}
}

func TestWrongAddressesAreRefusedWithWhatToDo(t *testing.T) {
	for words, code := range map[string]string{
		"":                                  "no-address",
		"db.example.com":                    "no-database",
		"db.example.com/crm":                "no-user",
		"mysql://ada@db/crm":                "bad-address",
		"postgres://ada@a,b/crm":            "bad-address",
		"postgres://ada@db/crm/x":           "bad-address",
		"host=db dbname=crm user=ada":       "bad-address",
		"postgres://ada@db:port/crm":        "bad-address",
		"postgres://ada@db:99999/crm":       "bad-port",
		"postgres://ada@db/crm?sslmode=no":  "bad-encryption",
		"postgres://ada@db/crm?sslkey=x":    "bad-parameter",
		"postgres://ada@db/crm?%zz":         "bad-address",
		"postgres:///crm?user=ada":          "no-address",
		"ada@db/crm?search_path=pg_catalog": "reserved-schema",
		"ada@db/crm?sslmode=prefer":         "downgrade",
		"ada@db/crm?sslmode=allow":          "downgrade",
		"\x00":                              "bad-address",
	} {
		_, err := New(core.Settings{Values: map[string]string{"address": words}}, nil)
		if f := core.AsFault(err); err == nil || f.Code != "postgres."+code || f.Remedy == "" {
			t.Errorf("%q: %v, want %s", words, err, code)
		}
	}
	for name, value := range map[string]string{"port": "5433", "database": "other", "user": "eve", "schema": "other", "encryption": "disable"} {
		values := map[string]string{"address": "postgres://ada@db:5432/crm?sslmode=verify-full&search_path=dyn", name: value}
		if _, err := New(core.Settings{Values: values}, nil); err == nil || core.AsFault(err).Code != "postgres.said-twice" {
			t.Errorf("%s is said twice: %v", name, err)
		}
	}
}

func TestAPasswordInAnAddressIsNeverTakenNorShown(t *testing.T) {
	for _, words := range []string{
		"postgres://ada:hunter2@db.example.com/crm", "//ada:hunter2@db.example.com/crm", "ada:hunter2@db.example.com/crm", "ada:hunter2@db.example.com:5432/crm",
		"postgres://ada:hun/ter2@db.example.com/crm", "postgres://ada:hun%ter2@db/crm", "postgres://ada:hun#ter2@db/crm", "postgres://ada:hun ter2@db/crm",
		"jdbc:postgresql://db/crm?user=ada&password=hunter2", "postgres://:hunter2@db/crm",
	} {
		_, err := New(core.Settings{Values: map[string]string{"address": words}}, nil)
		if err == nil || core.AsFault(err).Code != "postgres.password-in-address" {
			t.Errorf("%q: %v", words, err)
		}
		if err != nil && strings.Contains(err.Error()+core.AsFault(err).Subject.Value, "ter2") {
			t.Errorf("the password is shown: %v", err)
		}
	}
}

func TestAPasswordIsKeptForOneReceiverOnly(t *testing.T) {
	base := map[string]string{"address": "postgres://ada@db.example.com/crm"}
	one := Receiver(core.Settings{Values: base})
	if one == "" || Place(core.Settings{Values: base}) != "db.example.com:5432/crm/public" {
		t.Fatalf("receiver %q, place %q", one, Place(core.Settings{Values: base}))
	}
	for name, words := range map[string]string{
		"host": "postgres://ada@db.example.org/crm", "port": "postgres://ada@db.example.com:1/crm", "user": "postgres://eve@db.example.com/crm",
		"database": "postgres://ada@db.example.com/other", "encryption": "postgres://ada@db.example.com/crm?sslmode=disable",
	} {
		if Receiver(core.Settings{Values: map[string]string{"address": words}}) == one {
			t.Errorf("another %s gets the same password", name)
		}
	}
	if Receiver(core.Settings{Values: map[string]string{"address": "postgres://ada@db.example.com:5432/crm?schema=x"}}) != one {
		t.Error("another schema wants the password again")
	}
}

func TestThePasswordIsSentOnlyWhereItIsSafe(t *testing.T) {
	t.Setenv("PGHOST", "elsewhere.example.com")
	t.Setenv("PGPASSWORD", "from-the-environment")
	t.Setenv("PGSSLMODE", "prefer")
	t.Setenv("PGOPTIONS", "-c search_path=elsewhere")
	for words, want := range map[string]string{
		"postgres://ada@db.example.com/crm":                   "",
		"postgres://ada@db.example.com/crm?sslmode=require":   "!password",
		"postgres://ada@db.example.com/crm?sslmode=disable":   "!password,!md5",
		"postgres://ada@localhost/crm":                        "",
		"postgres://ada@db.example.com/crm?sslmode=verify-ca": "",
	} {
		d, err := New(core.Settings{Values: map[string]string{"address": words}, Secrets: map[string]core.Secret{"password": core.NewSecret("mine")}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.config()
		if err != nil {
			t.Fatal(err)
		}
		if c.RequireAuth != want || c.Password != "mine" || c.Host != d.to.host || len(c.Fallbacks) != 0 || c.RuntimeParams["options"] != "" {
			t.Errorf("%s: the sign-in is allowed as %q at %s with %d fallbacks", words, c.RequireAuth, c.Host, len(c.Fallbacks))
		}
		if (c.TLSConfig == nil) != (d.to.encryption == disable) || c.TLSConfig != nil && c.TLSConfig.InsecureSkipVerify != (d.to.encryption != verifyFull) {
			t.Errorf("%s: TLS is %+v", words, c.TLSConfig)
		}
		if d.to.encryption == verifyCA && c.TLSConfig.VerifyConnection == nil {
			t.Error("verify-ca looks at nothing")
		}
	}
}

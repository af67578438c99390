package project

import "testing"

func TestAPasswordInTheAddressOfADestinationIsSeen(t *testing.T) {
	for _, address := range []string{
		"postgres://ada:hush@db.example.com/crm", "ada:hush@db.example.com/crm", "postgres://ada:hu/sh@db/crm", "postgres://ada:hu%sh@db/crm",
		"//ada:hush@db/crm", "postgres://db/crm?user=ada&password=hush",
	} {
		if !passwordIn(address) {
			t.Errorf("the password in %q is not seen", address)
		}
	}
	for _, other := range []string{
		"", "postgres://ada@db.example.com:5432/crm", "db.example.com:5432/crm", `C:\Users\ada@contoso\ferry.db`, "/home/ada@contoso/a:b.db", "C:/Users/ada@contoso/x.db",
		`\\server\share\ada@x:y.db`, "verify-full", "ferry.db",
	} {
		if passwordIn(other) {
			t.Errorf("%q is taken for an address with a password", other)
		}
	}
}

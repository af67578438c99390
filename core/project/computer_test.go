package project

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ferry/core"
)

func TestTheSettingsOfThisComputerComeBackAsTheyWere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	c, err := ReadComputer(path)
	if err != nil || !reflect.DeepEqual(c, &Computer{Version: computerVersion}) {
		t.Fatalf("without a file: %+v, %v", c, err)
	}
	c.Network = Network{Proxy: Proxy{Mode: OwnProxy, Host: "proxy.contoso.local", Port: 8080, User: `CONTOSO\ada`, Bypass: "*.local"},
		CAFile: "ca.pem", ConnectTimeout: Endless, ReadTimeout: 30}
	c.Keep("https://CRM.contoso.local/Sales", Access{Authority: "https://adfs.contoso.local/adfs", TokenParams: []Param{{Name: "resource", Value: "x"}, {Name: "key", Secret: true}}})
	if err := c.Write(path); err != nil {
		t.Fatal(err)
	}
	again, err := ReadComputer(path)
	if err != nil || !reflect.DeepEqual(c, again) {
		t.Fatalf("read %+v, %v; wrote %+v", again, err, c)
	}
	if got := again.At("https://crm.contoso.local/Other").Authority; got != "https://adfs.contoso.local/adfs" {
		t.Errorf("the host decides, not the path: %q", got)
	}
	again.Keep("https://crm.contoso.local", Access{})
	if len(again.Access) != 0 {
		t.Error("access settings with nothing in them are kept")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the settings: %v, %v", info.Mode(), err)
	}
}

func TestSettingsThatWouldHoldAPasswordAreRefusedAndTheFileStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	if err := (&Computer{}).Write(path); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	for name, c := range map[string]*Computer{
		"a secret parameter":          {Access: map[string]Access{"h": {TokenParams: []Param{{Name: "k", Value: "hush", Secret: true}}}}},
		"a password in the host":      {Network: Network{Proxy: Proxy{Mode: OwnProxy, Host: "ada:hush@proxy", Port: 1}}},
		"a password in an address":    {Access: map[string]Access{"h": {Authority: "https://ada:hush@adfs.local/adfs"}}},
		"plain http":                  {Access: map[string]Access{"h": {TokenURL: "http://adfs.local/token"}}},
		"an own proxy without a host": {Network: Network{Proxy: Proxy{Mode: OwnProxy}}},
	} {
		err := c.Write(path)
		if f := core.AsFault(err); err == nil || f.Kind != core.Wrong || f.Remedy == "" || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the file changed", name)
		}
	}
}

func TestDamagedSettingsAreSaidAndNotOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	for _, text := range []string{"{", `{"version":99}`, `{"version":1,"more":true}`, ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadComputer(path); core.AsFault(err).Code != "project.computer-unreadable" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

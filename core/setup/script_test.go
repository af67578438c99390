package setup_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"flag"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/setup"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2026, 11, 21, 9, 12, 44, 0, time.UTC)

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; look at it and run the test with -update", name)
	}
}

func certificate(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ferry"}, NotBefore: at, NotAfter: at.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// ways are all things a script can be asked for.
func ways(t *testing.T) map[string]setup.Values {
	base := setup.Values{Org: "https://contoso.crm4.dynamics.com", Tenant: tenantID, At: at}
	with := func(change func(*setup.Values)) setup.Values {
		v := base
		change(&v)
		return v
	}
	cer := certificate(t)
	return map[string]setup.Values{
		"secret":              with(func(v *setup.Values) { v.Way = setup.WaySecret }),
		"certificate":         with(func(v *setup.Values) { v.Way, v.Certificate = setup.WayCertificate, cer }),
		"browser":             with(func(v *setup.Values) { v.Way, v.Consent = setup.WayBrowser, true }),
		"browser with secret": with(func(v *setup.Values) { v.Way, v.WithSecret = setup.WayBrowser, true }),
		"browser with cert":   with(func(v *setup.Values) { v.Way, v.Certificate = setup.WayBrowser, cer }),
		"device":              with(func(v *setup.Values) { v.Way = setup.WayDevice }),
		"app there already":   with(func(v *setup.Values) { v.Way, v.ClientID = setup.WayBrowser, clientID }),
		"web app there":       with(func(v *setup.Values) { v.Way, v.ClientID, v.WithSecret = setup.WayBrowser, clientID, true }),
		"tenant as domain":    with(func(v *setup.Values) { v.Way, v.Tenant = setup.WaySecret, "contoso.onmicrosoft.com" }),
		"nothing known":       {Way: setup.WaySecret, At: at},
	}
}

func bash(t *testing.T, script string, args ...string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "setup.sh")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "bash", append(args, path)...).CombinedOutput()
	return string(out), err
}

// run runs a script for bash with the stand-in for az, and tells what it printed and what it asked.
func run(t *testing.T, script string, env ...string) (printed, asked string, err error) {
	t.Helper()
	dir := t.TempDir()
	stand, err := os.ReadFile("testdata/az")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "az"), stand, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "setup.sh")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, e := range env {
		if name, ok := strings.CutPrefix(e, "touch="); ok {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", path)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir, "FERRY_TEST=" + dir, "FERRY_PAUSE=0", "FERRY_REFUSE=-never-"}, env...)
	out, err := cmd.CombinedOutput()
	log, _ := os.ReadFile(filepath.Join(dir, "asked"))
	if left, _ := filepath.Glob(filepath.Join(dir, "*owned*")); len(left) > 0 {
		t.Errorf("a value was run: %v", left)
	}
	return string(out), string(log), err
}

func TestEveryScriptIsReadByItsShell(t *testing.T) {
	for name, v := range ways(t) {
		script, err := setup.Script(setup.Bash, v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if out, err := bash(t, script, "-n"); err != nil {
			t.Errorf("%s: %s", name, out)
		}
		if strings.Contains(script, "\t") {
			t.Errorf("%s: a tab would complete a word in an open shell", name)
		}
		ps, err := setup.Script(setup.PowerShell, v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if fault := powerShell(ps); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

func TestWhatTheScriptPrintsIsReadBack(t *testing.T) {
	for name, v := range ways(t) {
		script, err := setup.Script(setup.Bash, v)
		if err != nil {
			t.Fatal(err)
		}
		printed, asked, err := run(t, script)
		if err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, printed, asked)
			continue
		}
		f := setup.Find(printed, org)
		if f.Org != v.Org || f.Tenant != tenantID || f.ClientID != clientID {
			t.Errorf("%s: read back is %s", name, shown(f))
		}
		if hasSecret := v.Way == setup.WaySecret || v.WithSecret; hasSecret != (f.Secret.Reveal() == secret) || hasSecret != (f.SecretExpires == "2027-05-21") {
			t.Errorf("%s: the secret is read back as %s", name, shown(f))
		}
		for _, n := range f.Notes {
			if n.Kind != setup.NoteTaken && n.Kind != setup.NoteMissing {
				t.Errorf("%s: what was printed leaves a doubt: %s", name, n.Text)
			}
		}
		if v.Way.Application() && v.Org != "" && !strings.Contains(asked, "systemusers(44444444-4444-4444-8444-444444444444)/systemuserroles_association/$ref") {
			t.Errorf("%s: the application user got no role:\n%s\n%s", name, printed, asked)
		}
		if v.Way == setup.WayCertificate && !strings.Contains(asked, "credential|reset|--id|"+clientID+"|--append|--cert|@") {
			t.Errorf("%s: the certificate was not uploaded:\n%s", name, asked)
		}
		if name == "app there already" && !strings.Contains(asked, "--public-client-redirect-uris|http://localhost|http://localhost:7777/other|") {
			t.Errorf("%s: redirect URIs that were there are lost:\n%s", name, asked)
		}
	}
}

func TestTheBlockOfPowerShellIsReadBack(t *testing.T) {
	script, err := setup.Script(setup.PowerShell, ways(t)["secret"])
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(script, "Copy from here")
	block = strings.NewReplacer("$org", "https://contoso.crm4.dynamics.com", "$signedIn", tenantID, "$clientId", clientID, "$secret", secret, "Write-Host", "", "\"", "").Replace(block)
	want := "org=https://contoso.crm4.dynamics.com tenant=" + tenantID + " client=" + clientID + " secret=" + secret + " expires=2027-05-21"
	if got := shown(setup.Find(block, org)); got != want {
		t.Errorf("read back is %s", got)
	}
}

func TestAScriptThatMayNotSaysWhoMay(t *testing.T) {
	all := ways(t)
	for _, c := range []struct {
		way, refuse, env, want string
		fails                  bool
	}{
		{"secret", "/v1.0/applications ", "", "ask an Application Administrator", true},
		{"secret", "/systemusers ", "", "pac admin assign-user --application-user --environment https://contoso.crm4.dynamics.com --user " + clientID, false},
		{"secret", "addPassword", "", "client_id='" + clientID + "'", true},
		{"secret", "-never-", "FERRY_CLOUD=AzureUSGovernment", "az cloud set --name AzureCloud", true},
		{"secret", "-never-", "touch=out", "Sign in to the tenant", false},
		{"secret", "-never-", "touch=shell", "Sign in once more", false},
		{"secret", "oauth2PermissionScopes", "", "does not know Dynamics CRM", true},
	} {
		script, err := setup.Script(setup.Bash, all[c.way])
		if err != nil {
			t.Fatal(err)
		}
		printed, _, err := run(t, script, "FERRY_REFUSE="+c.refuse, c.env)
		if !strings.Contains(printed, c.want) || (err != nil) != c.fails {
			t.Errorf("refused %q %s: %v\n%s", c.refuse, c.env, err, printed)
		}
	}
}

// hostile are names that would run something if they were not quoted.
func hostile() []string {
	return []string{
		`'; touch owned; '`, `$(touch owned)`, "`touch owned`", `"; touch owned; "`, "x\ntouch owned\n", `\'; touch owned #`, `!touch owned`, `%PATH%&calc`,
		"\u2019; New-Item owned; \u2018", "\u201b; New-Item owned #", `{{.Org}}`, "PERMISSION-ID", "EOF\nFERRY", "\x00\x1b[31m\u202eexe", `R&D <b>"x"</b>`, `O'Brien; rm -rf x`,
		"${IFS}touch${IFS}owned", "'@\nWrite-Host owned\n@'", "|touch owned|", "a\\", strings.Repeat("x'", 300),
	}
}

func TestNoNameRunsAnything(t *testing.T) {
	for _, name := range hostile() {
		for way, v := range ways(t) {
			if way != "secret" && way != "browser" {
				continue
			}
			v.App, v.Role = name, name
			script, err := setup.Script(setup.Bash, v)
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if way == "secret" {
				printed, _, err := run(t, script)
				if f := setup.Find(printed, org); err != nil || f.ClientID != clientID {
					t.Errorf("%q: the script did not get to its end: %v\n%s", name, err, printed)
				}
			} else if out, err := bash(t, script, "-n"); err != nil {
				t.Errorf("%q: %s", name, out)
			}
			ps, err := setup.Script(setup.PowerShell, v)
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if fault := powerShell(ps); fault != "" {
				t.Errorf("%q: %s", name, fault)
			}
			if code := outside(ps); strings.Contains(code, "owned") || strings.Contains(code, "calc") || strings.Contains(code, "O'Brien") || strings.Contains(code, "rm -rf") {
				t.Errorf("%q stands outside of quotes in PowerShell", name)
			}
		}
	}
}

func TestAValueThatIsNoneIsRefused(t *testing.T) {
	base := setup.Values{Way: setup.WaySecret, At: at}
	for code, change := range map[string]func(*setup.Values){
		"setup.address":     func(v *setup.Values) { v.Org = "https://contoso.crm.dynamics.com/$(id)" },
		"setup.tenant":      func(v *setup.Values) { v.Tenant = "x'; id" },
		"setup.client-id":   func(v *setup.Values) { v.ClientID = "1234" },
		"setup.redirect":    func(v *setup.Values) { v.Way, v.Redirect = setup.WayBrowser, "https://evil.example/x" },
		"setup.expires":     func(v *setup.Values) { v.SecretExpires = "tomorrow" },
		"setup.certificate": func(v *setup.Values) { v.Way = setup.WayCertificate },
	} {
		v := base
		change(&v)
		for _, kind := range []setup.ScriptKind{setup.Bash, setup.PowerShell} {
			_, err := setup.Script(kind, v)
			var f *core.Fault
			if !errors.As(err, &f) || f.Code != code || f.Remedy == "" {
				t.Errorf("%s: told is %v", code, err)
			}
		}
	}
	if _, err := setup.Script("fish", base); core.AsFault(err).Code != "setup.script" {
		t.Errorf("an unknown shell is told as %v", err)
	}
}

func TestScriptsAreAsTheyWereRead(t *testing.T) {
	for _, name := range []string{"secret", "browser"} {
		v := ways(t)[name]
		script, err := setup.Script(setup.Bash, v)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "script-"+name+".sh", script)
		script, err = setup.Script(setup.PowerShell, v)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "script-"+name+".ps1", script)
	}
}

func TestTheCertificateInTheScriptIsTheOneThatWasGiven(t *testing.T) {
	v := ways(t)["certificate"]
	for _, kind := range []setup.ScriptKind{setup.Bash, setup.PowerShell} {
		script, err := setup.Script(kind, v)
		if err != nil || !strings.Contains(script, "'"+base64.StdEncoding.EncodeToString(v.Certificate)+"'") {
			t.Errorf("%s: the certificate is not in the script: %v", kind, err)
		}
	}
}

// powerShell looks through a script as far as one can without PowerShell: quotes end, brackets match.
func powerShell(script string) string {
	var open []byte
	for i := 0; i < len(script); i++ {
		switch b := script[i]; {
		case b == '#':
			for i < len(script) && script[i] != '\n' {
				i++
			}
		case quoteAt(script, i) > 0:
			end := closing(script, i)
			if end < 0 {
				return "a single quote is never closed near " + near(script, i)
			}
			i = end
		case b == '"':
			i++
			for i < len(script) && script[i] != '"' {
				if script[i] == '\n' {
					return "a double quote is not closed on its line near " + near(script, i)
				}
				if script[i] == '`' {
					i++
				}
				i++
			}
		case b == '(' || b == '{' || b == '[':
			open = append(open, b)
		case b == ')' || b == '}' || b == ']':
			if len(open) == 0 || open[len(open)-1] != map[byte]byte{')': '(', '}': '{', ']': '['}[b] {
				return "a bracket too many near " + near(script, i)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return "a bracket is never closed"
	}
	return ""
}

// quoteAt is the length of a sign that PowerShell takes for a single quote; 0 when there is none.
func quoteAt(script string, i int) int {
	for _, q := range []string{"'", "\u2018", "\u2019", "\u201a", "\u201b"} {
		if strings.HasPrefix(script[i:], q) {
			return len(q)
		}
	}
	return 0
}

// closing is where the last byte of a quoted text is; -1 when it never ends.
func closing(script string, i int) int {
	i += quoteAt(script, i)
	for i < len(script) && script[i] != '\n' {
		n := quoteAt(script, i)
		switch {
		case n == 0:
			i++
		case quoteAt(script, min(i+n, len(script)-1)) > 0:
			i += n + quoteAt(script, i+n)
		default:
			return i + n - 1
		}
	}
	return -1
}

// outside is the script without what stands in single quotes and comments.
func outside(script string) string {
	var b strings.Builder
	for i := 0; i < len(script); i++ {
		if script[i] == '#' {
			for i < len(script) && script[i] != '\n' {
				i++
			}
			continue
		}
		if quoteAt(script, i) > 0 {
			if end := closing(script, i); end > 0 {
				i = end
				continue
			}
		}
		b.WriteByte(script[i])
	}
	return b.String()
}

func near(script string, i int) string { return script[max(0, i-40):min(len(script), i+40)] }

package setup_test

import (
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core/setup"
)

const (
	clientID = "1f0a9c3e-5b7d-4e21-9a64-c0ffee123456"
	tenantID = "72f988bf-86f1-41af-91ab-2d7cd011db47"
	objectID = "3b2e1d0c-9f8e-4d7c-b6a5-948372615040"
	secretID = "9d8c7b6a-5040-4302-8120-1f2e3d4c5b6a"
	secret   = "abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789-"
)

var online = regexp.MustCompile(`(?i)^https://([a-z0-9-]+)(?:\.api)?\.(crm\d*\.dynamics\.com|crm\.microsoftdynamics\.us|crm\.appsplatform\.us|crm\.dynamics\.cn)(?:[/?#]|$)`)
var server = regexp.MustCompile(`(?i)^https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#]|$)`)

// org recognises addresses as the engine does: Dynamics' own hosts, and any other host that could be a server of one's own.
func org(text string) (string, bool) {
	if m := online.FindStringSubmatch(text); m != nil {
		return "https://" + strings.ToLower(m[1]+"."+m[2]), true
	}
	if m := server.FindStringSubmatch(text); m != nil && !strings.Contains(m[1], "microsoft") {
		return "https://" + strings.ToLower(m[1]), true
	}
	return "", false
}

type mail struct{ name, want, text string }

// mails reads the made-up mails and puts the values into them.
func mails(t testing.TB) []mail {
	data, err := os.ReadFile("testdata/mails.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []mail
	for _, part := range strings.Split("\n"+string(data), "\n=== ")[1:] {
		head, text, ok := strings.Cut(part, "\n---\n")
		name, want, ok2 := strings.Cut(head, "\n")
		if !ok || !ok2 {
			t.Fatalf("not a mail: %s", head)
		}
		all = append(all, mail{name, fill(want), fill(text)})
	}
	return all
}

var marks = regexp.MustCompile(`\b([CTOIS])(-[A-Z]+)?\b(?:)`)

// fill puts the values in the place of their letters, where a letter stands alone.
func fill(text string) string {
	values := map[string]string{"C": clientID, "T": tenantID, "O": objectID, "I": secretID, "S": secret}
	return marks.ReplaceAllStringFunc(text, func(m string) string {
		letter, how, _ := strings.Cut(m, "-")
		v := values[letter]
		switch how {
		case "BROKEN":
			return v[:22] + "\n" + v[22:]
		case "UPPER":
			return strings.ToUpper(v)
		case "DASH":
			return strings.Replace(v[:24], "-", "\u2011", 2) + v[24:]
		case "QP":
			return v[:20] + "=\n" + v[20:]
		case "":
			return v
		}
		return m
	})
}

func shown(f setup.Found) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	add("org", f.Org)
	add("tenant", f.Tenant)
	add("client", f.ClientID)
	add("secret", f.Secret.Reveal())
	add("expires", f.SecretExpires)
	var kinds []string
	for _, n := range f.Notes {
		if n.Kind != setup.NoteTaken && n.Kind != setup.NoteMissing && !slices.Contains(kinds, string(n.Kind)) {
			kinds = append(kinds, string(n.Kind))
		}
		if f.Empty() {
			kinds = []string{string(n.Kind)}
		}
	}
	slices.Sort(kinds)
	add("notes", strings.Join(kinds, ","))
	return strings.Join(parts, " ")
}

func TestAMailIsReadAsAPersonWouldReadIt(t *testing.T) {
	all := mails(t)
	if len(all) < 40 {
		t.Fatalf("only %d mails", len(all))
	}
	for _, m := range all {
		for _, form := range []struct{ name, text string }{
			{"as it is", m.text},
			{"with Windows' line ends", strings.ReplaceAll(m.text, "\n", "\r\n")},
			{"quoted", "> " + strings.ReplaceAll(m.text, "\n", "\n> ")},
			{"with blanks that do not break", strings.ReplaceAll(m.text, ": ", ":\u00a0")},
		} {
			if strings.Contains(m.text, "quoted-printable") && form.name != "as it is" {
				continue
			}
			if got := shown(setup.Find(form.text, org)); got != m.want {
				t.Errorf("%s, %s:\nfound  %s\nwanted %s", m.name, form.name, got, m.want)
			}
		}
	}
}

func TestNoNoteHoldsTheSecret(t *testing.T) {
	for _, m := range mails(t) {
		f := setup.Find(m.text, org)
		for _, n := range f.Notes {
			if strings.Contains(n.Text+strings.Join(n.Offer, " "), secret) || !f.Secret.Empty() && strings.Contains(n.Text+strings.Join(n.Offer, " "), f.Secret.Reveal()) {
				t.Errorf("%s: a note shows the secret: %s", m.name, n.Text)
			}
			if n.Text == "" || !strings.HasSuffix(n.Text, ".") && n.Kind != setup.NoteTaken {
				t.Errorf("%s: a note is no sentence: %q", m.name, n.Text)
			}
		}
	}
}

func TestTheEnvironmentsTenantSettlesWhichIsWhich(t *testing.T) {
	f := setup.Find(tenantID+"\n"+clientID+"\n", org)
	if f.ClientID != tenantID || f.Tenant != clientID {
		t.Fatalf("taken were %s", shown(f))
	}
	f = f.WithTenant(strings.ToUpper(tenantID))
	if f.ClientID != clientID || f.Tenant != tenantID || strings.Contains(shown(f), "uncertain") {
		t.Errorf("after the environment's answer there is %s", shown(f))
	}
	f = setup.Find("x "+tenantID, org).WithTenant(tenantID)
	if f.ClientID != "" || f.Tenant != tenantID {
		t.Errorf("a lone tenant is told as %s", shown(f))
	}
	f = setup.Find(clientID+" "+objectID+" "+tenantID, org)
	if f.ClientID != "" || f.Tenant != "" || len(f.Notes[0].Offer) != 3 {
		t.Errorf("three IDs without a name are told as %s", shown(f))
	}
	same := setup.Find("Client ID: "+clientID+" Tenant ID: "+tenantID, org)
	if got := same.WithTenant(tenantID); got.ClientID != clientID || got.Tenant != tenantID {
		t.Errorf("what was certain is told as %s", shown(got))
	}
	other := same.WithTenant(objectID)
	if n := other.Notes[len(other.Notes)-1]; other.Tenant != objectID || other.ClientID != clientID || !n.Warns() || !slices.Equal(n.Offer, []string{objectID, tenantID}) {
		t.Errorf("a mail about another tenant is told as %s, %+v", shown(other), n)
	}
	if got := same.WithTenant("contoso.com"); got.Tenant != tenantID {
		t.Errorf("a domain replaced the tenant's ID: %s", shown(got))
	}
}

// Eight times the text may cost about eight times as much, never sixty-four times. The machine may be busy with something
// else, so the best of many tries counts.
func TestLongTextsCostAsMuchAsTheyAreLong(t *testing.T) {
	for name, text := range map[string]string{
		"lines":     strings.Repeat("Client ID: "+clientID+" secret: "+secret+" expires 2027-01-01\n", 3000),
		"one line":  strings.Repeat("a: "+clientID+" ", 9000),
		"words":     strings.Repeat("lorem ipsum secret value dolor: ", 11000),
		"signs":     strings.Repeat(":=|\t<", 70000),
		"addresses": strings.Repeat("https://contoso.crm.dynamics.com/x ", 10000),
		"tags":      strings.Repeat("<td><style><p", 27000),
		"quoted":    strings.Repeat("> ", 170000),
		"table":     strings.Repeat(strings.Repeat("Client ID\t", 300)+"\n", 120),
		"dots":      strings.Repeat("a.", 170000),
		"hex":       strings.Repeat("0123456789abcdef-", 20000),
	} {
		part := text[:len(text)/8]
		best := math.Inf(1)
		for try := 0; try < 20 && best > 24; try++ {
			best = min(best, float64(took(text))/float64(took(part)))
		}
		if best > 40 {
			t.Errorf("%s: eight times the text costs %.0f times as much", name, best)
		}
	}
}

func took(text string) time.Duration {
	start := time.Now()
	setup.Find(text, org)
	return time.Since(start) + time.Microsecond
}

func TestATornMailNeitherPanicsNorShowsItsSecret(t *testing.T) {
	all := mails(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 1500 {
		text := all[random.IntN(len(all))].text + all[random.IntN(len(all))].text
		for range 1 + random.IntN(4) {
			i := random.IntN(len(text))
			j := i + random.IntN(len(text)-i)
			switch random.IntN(4) {
			case 0:
				text = text[:i] + text[j:]
			case 1:
				text = text[i:] + text[:i]
			case 2:
				text = text[:i] + "\n" + text[i:]
			default:
				text = text[:j] + string(rune(random.IntN(0x3000))) + text[i:]
			}
			if len(text) < 2 {
				text = "ab"
			}
		}
		found := setup.Find(text, org)
		s := found.Secret.Reveal()
		for _, n := range found.Notes {
			if told := n.Text + strings.Join(n.Offer, " "); s != "" && strings.Contains(told, s) || strings.Contains(told, secret) {
				t.Fatalf("a note shows the secret: %q", n.Text)
			}
		}
		found.WithTenant(tenantID)
	}
}

func FuzzFind(f *testing.F) {
	for _, m := range mails(f) {
		f.Add(m.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := setup.Find(text, org)
		if s := found.Secret.Reveal(); s != "" {
			for _, n := range found.Notes {
				if strings.Contains(n.Text+strings.Join(n.Offer, " "), s) {
					t.Errorf("a note shows the secret: %q", n.Text)
				}
			}
		}
		found.WithTenant(found.ClientID)
	})
}

func TestTheNotesAreAsTheyWereRead(t *testing.T) {
	var b strings.Builder
	for _, m := range mails(t) {
		b.WriteString("=== " + m.name + "\n")
		for _, n := range setup.Find(m.text, org).Notes {
			b.WriteString("  [" + string(n.Kind) + "] " + n.Text + "\n")
			for _, o := range n.Offer {
				b.WriteString("      " + o + "\n")
			}
		}
	}
	golden(t, "notes.golden", b.String())
}

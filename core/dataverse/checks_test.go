package dataverse

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// A test is what came of Test connection.
type tested struct {
	order []string
	last  map[string]core.Check
	runs  int // steps that were really taken
}

func test(t *testing.T, s *Source, need core.Need) tested {
	t.Helper()
	got := tested{last: map[string]core.Check{}}
	s.Checks(context.Background(), need, func(c core.Check) {
		if c.State == core.CheckRunning {
			got.runs++
		} else {
			got.order = append(got.order, c.ID)
		}
		if was, ok := got.last[c.ID]; ok && was.State != core.CheckRunning {
			t.Errorf("%s was told again", c.ID)
		}
		if (c.State == core.CheckFailed || c.State == core.CheckWarned) && (c.Fault == nil || c.Fault.Remedy == "") {
			t.Errorf("%s has no remedy: %+v", c.ID, c)
		}
		got.last[c.ID] = c
	})
	return got
}

func (x tested) available() bool { return core.Available(x.checks()) }

func (x tested) checks() (all []core.Check) {
	for _, id := range x.order {
		all = append(all, x.last[id])
	}
	return all
}

func (x tested) code(id string) string {
	if f := x.last[id].Fault; f != nil {
		return f.Code
	}
	return ""
}

// A desk answers what a test asks. Its fields are changed by each case.
type desk struct {
	*fake
	user       string // more members of the user
	roles      string
	rights     string
	secured    string // ids of attributes that may be read, as JSON
	attributes string
	tracked    bool
	parent     string               // of the user's business unit, as JSON
	refused    map[string][3]string // by path: status, code, message
}

const goodRights = `{"PrivilegeName":"prvReadThing","PrivilegeId":"","Depth":"Global"}`

func newDesk(t *testing.T, change func(*desk, *Config)) *desk {
	d := &desk{
		user: `,"isdisabled":false,"accessmode":4,"islicensed":false,"applicationid":"` + id(50) + `"`, tracked: true,
		roles: `{"name":"Reader","_roletemplateid_value":null}`, rights: goodRights, parent: `"` + id(90) + `"`, refused: map[string][3]string{},
		attributes: `{"LogicalName":"name","MetadataId":"` + id(60) + `","IsSecured":false}`,
	}
	d.fake = newFake(t, func(f *fake, c *Config) {
		f.answer = d.serve
		c.SignIn = func(context.Context) (string, bool, error) { return "Ferry", true, nil }
		if change != nil {
			change(d, c)
		}
	})
	return d
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) bool {
	path := strings.TrimPrefix(r.URL.Path, api)
	if no, ok := d.refused[path]; ok {
		status := 0
		_, _ = fmt.Sscan(no[0], &status)
		refuse(w, status, no[1], no[2])
		return true
	}
	if r.Header.Get("Authorization") == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	switch {
	case path == "WhoAmI":
		_, _ = fmt.Fprintf(w, `{"UserId":%q,"BusinessUnitId":%q,"OrganizationId":%q}`, id(1), id(2), id(3))
	case path == "systemusers("+id(1)+")":
		_, _ = fmt.Fprintf(w, `{"fullname":"# Ferry"%s}`, d.user)
	case strings.HasSuffix(path, "systemuserroles_association"):
		_, _ = fmt.Fprintf(w, `{"value":[%s]}`, d.roles)
	case strings.HasSuffix(path, "RetrieveUserPrivileges()"):
		_, _ = fmt.Fprintf(w, `{"RolePrivileges":[%s]}`, d.rights)
	case strings.HasSuffix(path, "RetrievePrincipalAttributePrivileges()"):
		_, _ = fmt.Fprintf(w, `{"AttributePrivileges":[%s]}`, d.secured)
	case strings.HasPrefix(path, "businessunits("):
		_, _ = fmt.Fprintf(w, `{"businessunitid":%q,"_parentbusinessunitid_value":%s}`, id(2), d.parent)
	case path == "RetrieveVersion()":
		_, _ = fmt.Fprint(w, `{"Version":"9.2.24104.188"}`)
	case path == "EntityDefinitions(LogicalName='thing')" && strings.Contains(r.URL.RawQuery, "Privileges"):
		_, _ = fmt.Fprintf(w, `{"Privileges":[{"PrivilegeId":%q,"Name":"prvReadThing","PrivilegeType":"Read"},{"PrivilegeId":%q,"Name":"prvWriteThing","PrivilegeType":"Write"}]}`, id(70), id(71))
	case path == "EntityDefinitions(LogicalName='thing')":
		_, _ = fmt.Fprint(w, strings.Replace(thing, `{`, fmt.Sprintf(`{"ChangeTrackingEnabled":%v,`, d.tracked), 1))
	case path == "EntityDefinitions(LogicalName='thing')/Attributes" && strings.Contains(r.URL.RawQuery, "DisplayName"):
		return false
	case path == "EntityDefinitions(LogicalName='thing')/Attributes":
		_, _ = fmt.Fprintf(w, `{"value":[%s]}`, d.attributes)
	case path == "things":
		_, _ = fmt.Fprint(w, `{"value":[]}`)
	default:
		return false
	}
	return true
}

var oneThing = core.Need{Tables: []string{"thing"}, Fresh: true}

func TestATestThatFindsNothingWrongSaysWhatItFound(t *testing.T) {
	d := newDesk(t, func(d *desk, c *Config) {
		c.Tenant = strings.ToUpper(id(8))
		c.Discover = func(context.Context) (string, error) { return id(8), nil }
		c.Via = func(string) string { return "proxy.example:8080" }
		c.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
		c.Credential = Credential{"secret", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	})
	got := test(t, d.source, oneThing)
	want := []string{"address", "secure", "environment", "credential", "signin", "whoami", "roles", "version", "read-thing", "fields-thing", "tracking-thing"}
	if strings.Join(got.order, " ") != strings.Join(want, " ") || !got.available() || got.runs != len(want) {
		t.Errorf("told were %v, %d taken", got.order, got.runs)
	}
	for id, detail := range map[string]string{
		"address": ", by the proxy proxy.example:8080", "environment": "tenant " + id(8), "credential": "40 days left, until 2027-01-01", "signin": "the application Ferry",
		"whoami": "application user # Ferry", "roles": "Reader", "version": "version 9.2.24104.188, Web API v9.2", "read-thing": "organisation-wide", "fields-thing": "none",
	} {
		c := got.last[id]
		if c.State != core.CheckPassed || !strings.HasSuffix(c.Detail, detail) {
			t.Errorf("%s: %s %q %v, want %q", id, c.State, c.Detail, c.Fault, detail)
		}
	}
	for _, r := range d.asked {
		if strings.HasSuffix(r.URL.Path, "AttributePrivileges()") {
			t.Error("column security was asked for although nothing is protected")
		}
	}
}

func TestEveryWayATestCanGo(t *testing.T) {
	day := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	person := `,"isdisabled":false,"accessmode":0,"islicensed":true`
	for name, c := range map[string]struct {
		change    func(*desk, *Config)
		step      string
		state     core.CheckState
		code      string
		says      string // in cause, remedy or detail
		available bool
	}{
		"another tenant": {func(_ *desk, c *Config) {
			c.Tenant = id(8)
			c.Discover = func(context.Context) (string, error) { return id(9), nil }
		}, stepEnvironment, core.CheckFailed, CodeOtherTenant, id(9), false},
		"a tenant named by its domain": {func(_ *desk, c *Config) {
			c.Tenant = "contoso.onmicrosoft.com"
			c.Discover = func(context.Context) (string, error) { return id(9), nil }
		}, stepEnvironment, core.CheckPassed, "", id(9), true},
		"an inspected connection": {func(_ *desk, c *Config) { c.TLS = func(string) string { return "Contoso Proxy CA" } },
			stepSecure, core.CheckWarned, "dataverse.tls-inspected", "Contoso Proxy CA", true},
		"a secret whose end is unknown": {func(_ *desk, c *Config) { c.Credential.Kind = "secret" }, stepCredential, core.CheckWarned, "dataverse.credential-end-unknown", "", true},
		"a secret that ends soon": {func(_ *desk, c *Config) {
			c.Credential = Credential{"secret", day.Add(36 * time.Hour)}
		}, stepCredential, core.CheckWarned, "dataverse.credential-ends-soon", "1 day left", true},
		"a certificate that has ended": {func(_ *desk, c *Config) {
			c.Credential = Credential{"certificate", day.Add(-time.Hour)}
		}, stepCredential, core.CheckFailed, "dataverse.credential-expired", "certificate", true},
		"no sign-in": {func(_ *desk, c *Config) {
			c.SignIn = func(context.Context) (string, bool, error) { return "", true, addressMissing() }
		}, stepSignIn, core.CheckFailed, "dataverse.address-missing", "", false},
		"no application user": {func(d *desk, _ *Config) {
			d.refused["WhoAmI"] = [3]string{"403", "0x80072560", "The user is not a member of the organization."}
		},
			stepWhoAmI, core.CheckFailed, "dataverse.no-application-user", "New app user", false},
		"no user": {func(d *desk, c *Config) {
			d.refused["WhoAmI"] = [3]string{"403", "0x80072560", ""}
			c.SignIn = func(context.Context) (string, bool, error) { return "Ada", false, nil }
		}, stepWhoAmI, core.CheckFailed, "dataverse.no-user", "licence", false},
		"an application user without a role": {func(d *desk, _ *Config) { d.refused["WhoAmI"] = [3]string{"403", "0x80042f09", ""} },
			stepWhoAmI, core.CheckFailed, "dataverse.application-user-without-role", "", false},
		"a disabled application user": {func(d *desk, _ *Config) { d.refused["WhoAmI"] = [3]string{"403", "0x80040225", ""} },
			stepWhoAmI, core.CheckFailed, "dataverse.application-user-disabled", "Activate", false},
		"a disabled user who says so": {func(d *desk, _ *Config) { d.user = `,"isdisabled":true,"accessmode":0` }, stepWhoAmI, core.CheckFailed, "dataverse.person-disabled", "", false},
		"a user for settings only":    {func(d *desk, _ *Config) { d.user = `,"accessmode":1` }, stepWhoAmI, core.CheckWarned, "dataverse.access-mode", "Administrative", true},
		"no licence at all":           {func(d *desk, _ *Config) { d.refused["WhoAmI"] = [3]string{"403", "0x8004d24b", ""} }, stepWhoAmI, core.CheckFailed, "dataverse.no-licence", "", false},
		"another audience": {func(d *desk, _ *Config) {
			d.refused["WhoAmI"] = [3]string{"401", "", "IDX10214: Audience validation failed."}
		},
			stepWhoAmI, core.CheckFailed, "dataverse.wrong-audience", "organisation URL", false},
		"the firewall": {func(d *desk, _ *Config) {
			d.refused[""] = [3]string{"403", "0x80095ffe", "access to your ip is blocked"}
		},
			stepEnvironment, core.CheckFailed, CodeBlocked, "VPN", false},
		"the firewall, after signing in": {func(d *desk, _ *Config) { d.refused["WhoAmI"] = [3]string{"403", "0x80095ffe", ""} },
			stepWhoAmI, core.CheckFailed, CodeBlocked, "IP firewall", false},
		"administration mode": {func(d *desk, _ *Config) {
			d.refused["WhoAmI"] = [3]string{"403", "0x8004abcd", "The organization is in Administration mode."}
		},
			stepWhoAmI, core.CheckFailed, "dataverse.administration-mode", "", false},
		"switched off": {func(d *desk, _ *Config) {
			d.refused["WhoAmI"] = [3]string{"403", "0x8004abcd", "The organization 'contoso' is disabled."}
		},
			stepWhoAmI, core.CheckFailed, "dataverse.environment-disabled", "", false},
		"no programs": {func(d *desk, _ *Config) {
			d.refused["WhoAmI"] = [3]string{"403", "", "API access is disabled for this plan"}
		},
			stepWhoAmI, core.CheckFailed, "dataverse.api-disabled", "", false},
		"a code nobody knows": {func(d *desk, _ *Config) { d.refused["WhoAmI"] = [3]string{"400", "0x8abcdef0", "Ada Lovelace"} },
			stepWhoAmI, core.CheckFailed, "dataverse.refused", "0x8abcdef0", false},
		"rights that nobody tells": {func(d *desk, _ *Config) {
			d.refused["systemusers("+id(1)+")/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"] = [3]string{"404", "", ""}
		}, stepRoles, core.CheckWarned, "dataverse.rights-unknown", "", true},
		"a System Administrator": {func(d *desk, _ *Config) {
			d.roles = `{"name":"Systemadministrator","_roletemplateid_value":"` + strings.ToUpper(administrator) + `"}`
		},
			stepRoles, core.CheckWarned, "dataverse.more-rights-than-needed", "System Administrator", true},
		"rights to change and delete": {func(d *desk, _ *Config) {
			d.rights += `,{"PrivilegeName":"prvWriteThing","Depth":"Basic"},{"PrivilegeName":"prvDeleteThing","Depth":"Local"}`
		}, stepRoles, core.CheckWarned, "dataverse.more-rights-than-needed", "change and delete", true},
		"a server that tells no version": {func(d *desk, _ *Config) { d.refused["RetrieveVersion()"] = [3]string{"200", "", ""} }, stepVersion, core.CheckPassed, "", "", true},
		"no right to the table": {func(d *desk, _ *Config) {
			d.rights = ""
			d.refused["things"] = [3]string{"403", "0x80040220", "is missing prvReadThing privilege"}
		}, stepRead + "thing", core.CheckFailed, "dataverse.table-not-readable", "prvReadThing", false},
		"one's own records only": {func(d *desk, _ *Config) { d.rights = `{"PrivilegeName":"prvReadThing","Depth":"Basic"}` },
			stepRead + "thing", core.CheckWarned, "dataverse.partly-readable", "one's own", true},
		"part of the organisation, of an old server that names no rights": {func(d *desk, _ *Config) { d.rights = `{"PrivilegeId":"` + id(70) + `","Depth":2}` },
			stepRead + "thing", core.CheckWarned, "dataverse.partly-readable", "those below it", true},
		"all business units, from the one above them": {func(d *desk, _ *Config) {
			d.rights, d.parent = `{"PrivilegeName":"prvReadThing","Depth":"Deep"}`, "null"
		},
			stepRead + "thing", core.CheckPassed, "", "all business units", true},
		"a business unit and those below it": {func(d *desk, _ *Config) { d.rights = `{"PrivilegeName":"prvReadThing","Depth":"Deep"}` },
			stepRead + "thing", core.CheckWarned, "dataverse.partly-readable", "below it", true},
		"a hidden field": {func(d *desk, _ *Config) {
			d.attributes += `,{"LogicalName":"passcode","MetadataId":"` + id(61) + `","IsSecured":true},{"LogicalName":"seen","MetadataId":"` + id(62) + `","IsSecured":true}`
			d.secured = `{"AttributeId":"` + id(61) + `","CanRead":0},{"AttributeId":"` + strings.ToUpper(id(62)) + `","CanRead":4}`
		}, stepFields + "thing", core.CheckWarned, "dataverse.fields-hidden", "who signed in: passcode.", true},
		"a field of no profile": {func(d *desk, _ *Config) {
			d.attributes += `,{"LogicalName":"passcode","MetadataId":"` + id(61) + `","IsSecured":true}`
		}, stepFields + "thing", core.CheckWarned, "dataverse.fields-hidden", "passcode", true},
		"protected fields that an administrator sees": {func(d *desk, _ *Config) {
			d.attributes += `,{"LogicalName":"passcode","MetadataId":"` + id(61) + `","IsSecured":true}`
			d.roles = `{"name":"System Administrator"}`
		}, stepFields + "thing", core.CheckPassed, "", "none", true},
		"protected fields of which nobody tells who sees them": {func(d *desk, _ *Config) {
			d.attributes += `,{"LogicalName":"passcode","MetadataId":"` + id(61) + `","IsSecured":true}`
			d.refused["systemusers("+id(1)+")/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()"] = [3]string{"501", "", ""}
		}, stepFields + "thing", core.CheckWarned, "dataverse.fields-perhaps-hidden", "passcode", true},
		"no change tracking":           {func(d *desk, _ *Config) { d.tracked = false }, stepTracking + "thing", core.CheckWarned, CodeNotTracked, "Track changes", true},
		"change tracking needs it all": {func(d *desk, _ *Config) { d.rights = `{"PrivilegeName":"prvReadThing","Depth":"Deep"}` }, stepTracking + "thing", core.CheckWarned, "dataverse.tracking-needs-all", "", true},
		"a person as it should be": {func(d *desk, c *Config) {
			d.user = person
			c.SignIn = func(context.Context) (string, bool, error) { return "Ada", false, nil }
		}, stepWhoAmI, core.CheckPassed, "", "user # Ferry", true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(d *desk, conf *Config) {
				conf.Now = func() time.Time { return day }
				c.change(d, conf)
			})
			got := test(t, d.source, oneThing)
			step := got.last[c.step]
			if step.State != c.state || got.code(c.step) != c.code || got.available() != c.available {
				t.Errorf("%s is %s, %q, available %v: %+v", c.step, step.State, got.code(c.step), got.available(), step.Fault)
			}
			said := step.Detail
			if step.Fault != nil {
				said += step.Fault.Cause + step.Fault.Remedy + step.Fault.Details
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("%q is not said in %q", c.says, said)
			}
			if strings.Contains(said, "Ada") && c.step != stepSignIn {
				t.Errorf("the server's own text is shown: %q", said)
			}
			for _, id := range got.order {
				for _, on := range got.last[id].DependsOn {
					if s := got.last[on].State; (s == core.CheckFailed || s == core.CheckUntried) && got.last[id].State != core.CheckUntried {
						t.Errorf("%s was tried although %s is %s", id, on, s)
					}
				}
			}
		})
	}
}

func TestTryAgainBeginsWhereItFailed(t *testing.T) {
	signIns := 0
	d := newDesk(t, func(d *desk, c *Config) {
		d.refused["things"] = [3]string{"403", "0x80040220", ""}
		c.SignIn = func(context.Context) (string, bool, error) { signIns++; return "Ferry", true, nil }
	})
	first := test(t, d.source, oneThing)
	if first.available() || signIns != 1 {
		t.Fatalf("the first test: %+v", first.last)
	}
	delete(d.refused, "things")
	d.asked = nil
	need := oneThing
	need.Known = first.checks()
	second := test(t, d.source, need)
	if !second.available() || signIns != 1 || second.runs != 3 || strings.Join(second.order, " ") != strings.Join(first.order, " ") {
		t.Errorf("taken were %d steps, signed in %d times: %v", second.runs, signIns, second.order)
	}
	for _, r := range d.asked {
		if strings.HasSuffix(r.URL.Path, "WhoAmI") || strings.HasSuffix(r.URL.Path, "RetrieveUserPrivileges()") {
			t.Errorf("asked again: %s", r.URL.Path)
		}
	}
	if second.last["whoami"].Detail != first.last["whoami"].Detail || second.last["read-thing"].Detail != "organisation-wide" {
		t.Errorf("told was %+v", second.last["read-thing"])
	}
	// Another Source knows nothing of who signed in: it takes the steps that it needs to know more.
	other := newDesk(t, nil)
	third := test(t, other.source, need)
	if !third.available() || third.last["read-thing"].Detail != "organisation-wide" || third.runs != 5 {
		t.Errorf("without what was known: %d steps, %+v", third.runs, third.last["read-thing"])
	}
	// A new test takes all of them.
	if fourth := test(t, d.source, oneThing); fourth.runs != len(fourth.order) || signIns != 2 {
		t.Errorf("a new test takes %d steps of %d", fourth.runs, len(fourth.order))
	}
}

func TestWhatIsMendedIsSeenByTheNextTest(t *testing.T) {
	d := newDesk(t, func(d *desk, _ *Config) { d.tracked, d.user = false, `,"isdisabled":true` })
	need := oneThing
	need.Known = test(t, d.source, need).checks()
	d.tracked, d.user = true, ""
	if got := test(t, d.source, need); !got.available() || got.last["tracking-thing"].State != core.CheckPassed {
		t.Errorf("%+v", got.last)
	}
}

func TestWhoInspectsTheConnectionIsNamed(t *testing.T) {
	for issuer, inspected := range map[string]bool{"Contoso Proxy CA": true, "Public CA": false} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{issuedBy(t, issuer, !inspected)}}
		server.StartTLS()
		t.Cleanup(server.Close)
		server.Client().Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
		s, err := New(Config{Org: "https://contoso.crm4.dynamics.com", Transport: hosts{server}})
		if err != nil {
			t.Fatal(err)
		}
		got := test(t, s, core.Need{})
		if (got.code(stepSecure) == "dataverse.tls-inspected") != inspected {
			t.Errorf("%s: %+v", issuer, got.last[stepSecure])
		}
		if inspected && !strings.Contains(got.last[stepSecure].Fault.Cause, issuer) {
			t.Errorf("the issuer is not named: %s", got.last[stepSecure].Fault.Cause)
		}
	}
}

// issuedBy makes a certificate; a public one has the receipts of the public logs in it.
func issuedBy(t *testing.T, issuer string, public bool) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"x"}}
	if public {
		leaf.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: []byte{4, 0}}}
	}
	parent := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: issuer}, NotAfter: time.Now().Add(time.Hour), IsCA: true}
	der, err := x509.CreateCertificate(rand.Reader, leaf, parent, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestDescribeTellsRightsAndLeavesOutWhatIsHidden(t *testing.T) {
	d := newDesk(t, func(d *desk, _ *Config) { d.rights = `{"PrivilegeName":"prvReadThing","Depth":"Local"}` })
	answer := d.answer
	hide := true
	d.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/Attributes") {
			_, _ = fmt.Fprintf(w, `{"value":[{"LogicalName":"thingid","AttributeType":"Uniqueidentifier"},{"LogicalName":"name","AttributeType":"String","MetadataId":%q,"IsSecured":%v}]}`, id(61), hide)
			return true
		}
		return answer(w, r)
	}
	got, err := d.source.Describe(context.Background(), "thing")
	if err != nil || got.Rights != (core.Rights{Read: core.DepthUnit, Known: true}) || got.Field("name").Readable || !got.Field("name").Secured {
		t.Errorf("got %+v %+v %v", got.Rights, got.Field("name"), err)
	}
	for _, err := range d.source.Read(context.Background(), things("name"), core.Bookmark{}) {
		if core.AsFault(err).Code != "dataverse.field-hidden" {
			t.Errorf("a hidden field is read: %v", err)
		}
	}
	d.source.forget()
	d.secured = `{"AttributeId":"` + id(61) + `","CanRead":4}`
	if got, err = d.source.Describe(context.Background(), "thing"); err != nil || !got.Field("name").Readable || !got.Field("name").Secured {
		t.Errorf("a field that may be seen: %+v %v", got.Field("name"), err)
	}
}

func TestNamesFromOutsideAreShownOnOneLine(t *testing.T) {
	d := newDesk(t, func(d *desk, _ *Config) {
		d.user = `,"fullname":"A\u202e\u0000\nB` + strings.Repeat("x", 500) + `"`
		d.roles = `{"name":"R\u2028\u0007ole"}`
	})
	got := test(t, d.source, oneThing)
	if who := got.last["whoami"].Detail; !strings.HasPrefix(who, "user ABxxx") || len(who) > 120 || got.last["roles"].Detail != "Role" {
		t.Errorf("shown is %q and %q", who, got.last["roles"].Detail)
	}
}

func TestAnotherPersonHasOtherRights(t *testing.T) {
	d := newDesk(t, nil)
	first, err := d.source.Describe(context.Background(), "thing")
	if err != nil {
		t.Fatal(err)
	}
	d.rights = `{"PrivilegeName":"prvReadThing","Depth":"Basic"}`
	d.source.Forget()
	second, err := d.source.Describe(context.Background(), "thing")
	if err != nil || first.Rights.Read != core.DepthGlobal || second.Rights.Read != core.DepthUser {
		t.Errorf("rights %+v, then %+v: %v", first.Rights, second.Rights, err)
	}
}

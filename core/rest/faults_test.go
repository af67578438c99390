package rest

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/core"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsReadWell(t *testing.T) {
	const service = "Dynamics 365"
	now := newClock().Now()
	at, _ := url.Parse("https://contoso.crm4.dynamics.com/api/data/v9.2/")
	c := &Client{c: Config{Service: service, Admin: core.DynamicsAdmin, Now: newClock().Now}, root: at}
	a := func(status int, header ...string) *Answer {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return newAnswer(status, h, []byte(`{"error":{"code":"0x80040217","message":"hunter2"}}`), now)
	}
	faults := []*core.Fault{
		badRoot(service), plainHTTP(service), certificateFileUnreadable("ca.pem", io.EOF), certificateFileEmpty("ca.pem"),
		c.foreign("https://evil.example/x?hunter2"), redirected(service, a(302, "Location", "https://login.example/?hunter2"), now),
		portal(a(302, "Location", "http://guest.hotel.example/login?hunter2"), now), badProxy(), badEnvironment(),
		windowsRefused("crm.contoso.local", nil), windowsRefused("crm.contoso.local", []string{"Bearer authorization_uri=hunter2"}),
		webPage(service, a(200), now), badData(service, &Response{Status: 200, Header: http.Header{}}, now), tooBusy(service, now),
	}
	for _, status := range []int{400, 401, 403, 404, 407, 429, 500, 503} {
		faults = append(faults, c.refused(a(status)))
	}
	faults = append(faults, brokenOff(service, io.ErrUnexpectedEOF, now), tooBig(service, 1<<26), bomb(service), unasked(service))
	for _, err := range []error{
		&proxyError{address: "proxy.contoso.com:8080", status: 407}, &proxyError{address: "proxy.contoso.com:8080", status: 407, tried: true},
		&proxyError{address: "proxy.contoso.com:8080", status: 407, scheme: "Kerberos"}, &proxyError{address: "proxy.contoso.com:8080", status: 403},
		&proxyError{address: "proxy.contoso.com:8080", err: io.EOF}, &proxyError{address: "proxy.contoso.com:8080", err: &net.DNSError{IsNotFound: true}},
		&proxyError{address: "proxy.contoso.com:8080", err: syscall.ENETUNREACH}, &net.OpError{Op: "proxyconnect", Err: io.EOF},
		&net.DNSError{IsNotFound: true}, &net.DNSError{IsTemporary: true},
		syscall.ECONNREFUSED, syscall.ENETUNREACH, errSilent, io.EOF, errors.New("net/http: server response headers exceeded hunter2"),
		x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"a.example", "b.example"}}},
		x509.CertificateInvalidError{Reason: x509.Expired, Cert: &x509.Certificate{NotBefore: now.AddDate(1, 0, 0)}},
		x509.CertificateInvalidError{Reason: x509.Expired, Cert: &x509.Certificate{}},
		x509.UnknownAuthorityError{Cert: &x509.Certificate{Issuer: pkix.Name{CommonName: "Contoso Proxy CA"}}},
		&tls.CertificateVerificationError{Err: errors.New("hunter2")}, tls.RecordHeaderError{}, &net.OpError{Op: "remote error", Err: io.EOF},
	} {
		f, _ := unreachable(service, at.Host, err, now, true)
		faults = append(faults, f)
	}
	offline, _ := unreachable(service, at.Host, &net.DNSError{IsNotFound: true}, now, false)
	faults = append(faults, offline, ClockFault(service, http.Header{"Date": {now.Add(-7 * time.Minute).Format(http.TimeFormat)}}, now),
		ClockFault(service, http.Header{"Date": {now.AddDate(0, 0, 3).Format(http.TimeFormat)}}, now))
	var b strings.Builder
	for _, f := range faults {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "rest.") {
			t.Errorf("%s is not whole: %+v", f.Code, *f)
		}
		if all := f.Cause + f.Remedy + f.Error(); regexp.MustCompile(`(?i)hunter2|errno|\bDNS\b|unexpected EOF|invalid|please|illegal`).MatchString(all) {
			t.Errorf("%s speaks jargon or shows what it must not: %s", f.Code, all)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
		if f.Details != "" {
			fmt.Fprintf(&b, "  (%s)\n", f.Details)
		}
		b.WriteString("\n")
	}
	file := filepath.Join("testdata", "faults.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("the texts differ from %s (%v):\n%s", file, err, b.String())
	}
}

func TestAFaultOfTheNetworkIsTheSameForEveryService(t *testing.T) {
	err := &url.Error{Op: "Post", URL: "https://login.example/token?hunter2", Err: dialError(syscall.ECONNREFUSED)}
	f := NetworkFault("login.example:8443", "the sign-in service", err)
	if f.Code != "rest.nobody-there" || !strings.Contains(f.Cause, "login.example:8443") || !errors.Is(f, syscall.ECONNREFUSED) {
		t.Errorf("%+v", f)
	}
	if strings.Contains(f.Err.Error(), "hunter2") {
		t.Error("the error below still names the page:", f.Err)
	}
	if f = NetworkFault("login.example", "the sign-in service", os.ErrDeadlineExceeded); !strings.HasPrefix(f.Cause, "The sign-in service did not") {
		t.Error(f.Cause)
	}
	own := &core.Fault{Code: "own"}
	if NetworkFault("x", "y", fmt.Errorf("wrapped: %w", own)) != own {
		t.Error("a Fault does not stay as it is")
	}
}

func TestAClockIsWrongFromFiveMinutesOn(t *testing.T) {
	now := newClock().Now()
	for header, want := range map[string]string{
		now.Add(5 * time.Minute).Format(http.TimeFormat):  "",
		now.Add(-5 * time.Minute).Format(http.TimeFormat): "",
		now.Add(-6 * time.Minute).Format(http.TimeFormat): "6 minutes fast",
		now.Add(3 * time.Hour).Format(http.TimeFormat):    "3 hours slow",
		now.Add(-50 * time.Hour).Format(http.TimeFormat):  "2 days fast",
		"":         "",
		"nonsense": "",
	} {
		f := ClockFault("Dynamics 365", http.Header{"Date": {header}}, now)
		if got := f != nil; got != (want != "") || got && !strings.Contains(f.Cause, want) {
			t.Errorf("%q: %+v", header, f)
		}
	}
}

func TestWhatComesFromOutsideCannotDisguiseAFault(t *testing.T) {
	if got := printable("a\x1b[31mb\u202ec\r\nd" + strings.Repeat("x", 200)); got != "a[31mbcd"+strings.Repeat("x", 72)+"…" {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{"0x80040217": "0x80040217", "a b": "", "<script>": "", "": "", strings.Repeat("x", 65): ""} {
		if got := plainWord(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestACodeIsNeverAValueOfARecord(t *testing.T) {
	for code, want := range map[string]bool{
		"0x80040217": true, "0X80072322": true, "-2147220969": true, "AADSTS7000215": true, "invalid_grant": true, "TooManyRequests": true,
		"Contoso": false, "ada.lovelace": false, "hunter2": false, "0x48756e74657232": false, "490170123456789": false, "Invalid_Grant": false,
		"AADSTS": false, "0x": false, "": false,
	} {
		body := fmt.Sprintf(`{"error":{"code":%q,"message":"m"}}`, code)
		if got := newAnswer(400, http.Header{}, []byte(body), newClock().Now()).Code; (got != "") != want && code != "" {
			t.Errorf("%q became %q", code, got)
		}
		body = fmt.Sprintf(`{"error":%q}`, code)
		if got := newAnswer(400, http.Header{}, []byte(body), newClock().Now()).Code; (got != "") != want && code != "" {
			t.Errorf("%q became %q", code, got)
		}
	}
	for id, want := range map[string]bool{"d6ec0ee1-5a4e-4f7f-9a3b-2a2f8a2ad001": true, "{D6EC0EE1-5A4E-4F7F-9A3B-2A2F8A2AD001}": true, "Contoso": false, "ada": false} {
		if got := newAnswer(400, http.Header{"X-Ms-Service-Request-Id": {id}}, nil, newClock().Now()).CorrelationID; (got != "") != want {
			t.Errorf("%q became %q", id, got)
		}
	}
}

func TestANetworkThatWantsToBeSignedInToIsToldFromAService(t *testing.T) {
	for _, c := range []struct {
		status   int
		location string
		want     bool
	}{
		{511, "", true}, {302, "http://guest.hotel.example/", true}, {307, "https://192.168.1.1/login", true},
		{302, "https://login.microsoftonline.com/x", false}, {302, "/elsewhere", false}, {200, "http://guest.hotel.example/", false}, {403, "", false},
	} {
		if got := leadsToPortal(&Answer{Status: c.status, Header: http.Header{"Location": {c.location}}}); got != c.want {
			t.Errorf("%d to %q is %v", c.status, c.location, got)
		}
	}
}

func TestARefusalIsUnderstoodInEveryShape(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"code":"0x80072322","message":"m"}}`:                  "0x80072322 m",
		`{"error":{"code":"","message":"m"}}`:                            " m",
		`{"error":"invalid_grant","error_description":"AADSTS70008: m"}`: "invalid_grant AADSTS70008: m",
		`{"message":"m"}`:                          " m",
		`{"Message":"No HTTP resource was found"}`: " No HTTP resource was found",
		`{"error":7}`:                              " ",
		`[]`:                                       " ",
		`<html>503</html>`:                         " ",
		``:                                         " ",
		`{"error":{"code":"0x1","message":"` + strings.Repeat("x", answerLimit): " ",
	} {
		a := newAnswer(400, http.Header{}, []byte(body), newClock().Now())
		if got := a.Code + " " + a.Message; got != want || a.HTML != strings.HasPrefix(body, "<") {
			t.Errorf("%.60s: %q, page %v", body, got, a.HTML)
		}
	}
}

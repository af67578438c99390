//go:build proxy

package proxied

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A squid is a real proxy with a folder of its own. It knows no names but ours, and nobody but who knows the password.
type squid struct {
	t       *testing.T
	address string
	log     string
	process *exec.Cmd
}

const (
	user     = "ada"
	password = "Proxy-Password-9041"
)

// How a proxy wants the password: squid asks a helper whether it is right.
const (
	wantsBasic = "basic"
	wantsNTLM  = "ntlm"
)

// helper is that program. The one for Basic reads "user password". The one for NTLM plays the server's part of the
// handshake with a fixed challenge and looks no closer at the answer than that it is one.
func helper(wants string) string {
	if wants == wantsBasic {
		return `#!/bin/sh
while read -r who what; do
  if [ "$who $what" = "` + user + " " + password + `" ]; then echo OK; else echo ERR; fi
done
`
	}
	return `#!/bin/sh
while read -r word text; do
  case "$word $text" in
    "YR TlRMTVNTUAAB"*) echo "TT ` + challenge() + `" ;;
    "KK TlRMTVNTUAAD"*) echo "AF ` + user + `" ;;
    *) echo "NA" ;;
  esac
done
`
}

// challenge is a CHALLENGE_MESSAGE of NTLM without any names. Source: MS-NLMP 2.2.1.2.
func challenge() string {
	m := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0, 0, 0, 0, 0, 56, 0, 0, 0, 0x01, 0x82, 0x88, 0)
	m = append(m, "12345678\x00\x00\x00\x00\x00\x00\x00\x00"...)
	m = append(m, 4, 0, 4, 0, 56, 0, 0, 0, 10, 0, 0x63, 0x45, 0, 0, 0, 15)
	return base64.StdEncoding.EncodeToString(append(m, 0, 0, 0, 0))
}

// startSquid starts a proxy on 127.0.0.1 that wants a password and finds the given names on this computer.
func startSquid(t *testing.T, wants string, names ...string) *squid {
	t.Helper()
	dir := t.TempDir()
	// Squid that root starts works as somebody else.
	for d := dir; len(d) > len(os.TempDir()); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	port := freePort(t)
	s := &squid{t: t, address: fmt.Sprintf("127.0.0.1:%d", port), log: filepath.Join(dir, "access.log")}
	var hosts strings.Builder
	for _, n := range names {
		fmt.Fprintf(&hosts, "127.0.0.1 %s\n", n)
	}
	conf := fmt.Sprintf(`http_port %[2]s
auth_param %[3]s program %[1]s/helper
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
hosts_file %[1]s/hosts
dns_nameservers 127.0.0.1
logformat ferry %%>Hs %%rm %%ru
access_log stdio:%[1]s/access.log ferry
cache_log %[1]s/cache.log
coredump_dir %[1]s
pid_filename none
cache deny all
cache_mem 8 MB
max_filedescriptors 1024
pinger_enable off
shutdown_lifetime 0 seconds
visible_hostname proxy.contoso.example
`, dir, s.address, wants)
	for name, text := range map[string]string{"hosts": hosts.String(), "squid.conf": conf, "helper": helper(wants)} {
		mode := os.FileMode(0o644)
		if name == "helper" {
			mode = 0o755
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	s.process = exec.Command("squid", "-N", "-f", filepath.Join(dir, "squid.conf"))
	s.process.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/usr/local/sbin")
	if path, err := exec.LookPath("/usr/sbin/squid"); err == nil {
		s.process.Path = path
	}
	if err := s.process.Start(); err != nil {
		t.Fatalf("squid does not start; .ci/setup test installs it: %v", err)
	}
	t.Cleanup(s.end)
	told := func() string {
		text, _ := os.ReadFile(filepath.Join(dir, "cache.log"))
		return string(text)
	}
	until(t, "squid listens", func() bool { return strings.Contains(told(), "Accepting HTTP Socket connections") }, told)
	return s
}

// end ends this proxy and no other.
func (s *squid) end() {
	if s.process.ProcessState == nil {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
	}
}

// lines are what the proxy has logged: "200 CONNECT host:port".
func (s *squid) lines() []string {
	text, err := os.ReadFile(s.log)
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

// count is how many lines are just that one.
func (s *squid) count(line string) (n int) {
	for _, l := range s.lines() {
		if l == line {
			n++
		}
	}
	return n
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// until waits for something that other processes do.
func until(t *testing.T, what string, done func() bool, why func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s: %s", what, why())
		}
	}
}

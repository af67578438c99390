//go:build postgres && !windows

package pgtest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// The superuser, whose password is Password.
const (
	User     = "ferry"
	Password = "correct horse battery staple"
)

// A Server is one cluster.
type Server struct {
	Port int
	CA   string // file with the certificate of the authority that the server's certificate for localhost is from

	folder string
	bin    string
	as     *syscall.SysProcAttr
	cmd    *exec.Cmd
	stdin  interface{ Close() error }
}

// Start makes a cluster and starts it. durable makes it write as safely as a real one does: for benchmarks.
func Start(t testing.TB, durable bool, settings ...string) *Server {
	t.Helper()
	s := &Server{Port: freePort(t), bin: programs(t)}
	folder, err := os.MkdirTemp("", "ferry-pg-")
	if err != nil {
		t.Fatal(err)
	}
	s.folder = folder
	t.Cleanup(func() {
		s.Stop(t)
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	certificates(t, folder)
	s.CA = filepath.Join(folder, "ca.pem")
	if err := os.WriteFile(filepath.Join(folder, "password"), []byte(Password), 0o600); err != nil {
		t.Fatal(err)
	}
	s.ordinary(t)
	s.run(t, "initdb", "-D", s.data(), "-U", User, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "--pwfile", filepath.Join(folder, "password"), "--no-sync")
	all := []string{
		"listen_addresses = '127.0.0.1'", fmt.Sprintf("port = %d", s.Port), "unix_socket_directories = '" + folder + "'",
		"max_connections = 30", "ssl = on", "ssl_cert_file = '" + folder + "/server.pem'", "ssl_key_file = '" + folder + "/server.key'",
		"logging_collector = off", "log_min_messages = warning", "lc_messages = 'C'",
	}
	if durable {
		all = append(all, "shared_buffers = '256MB'", "max_wal_size = '4GB'")
	} else {
		all = append(all, "fsync = off", "shared_buffers = '64MB'")
	}
	conf, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conf, "\n%s\n", strings.Join(append(all, settings...), "\n")); err != nil {
		t.Fatal(err)
	}
	if err := conf.Close(); err != nil {
		t.Fatal(err)
	}
	s.Run(t)
	return s
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// Socket is the folder of the server's socket.
func (s *Server) Socket() string { return s.folder }

// Run starts the server, also again after Stop, and waits until it answers. The shell in between ends it when this
// process is gone.
func (s *Server) Run(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command("sh", "-c", `"$0" "$@" & p=$!; cat >/dev/null; kill -INT $p; wait $p`, filepath.Join(s.bin, "postgres"), "-D", s.data())
	s.cmd.SysProcAttr, s.cmd.Dir = s.as, s.folder
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(time.Minute)
	for {
		conn, err := pgconn.Connect(t.Context(), s.Conn(User, Password, "postgres"))
		if err == nil {
			if err := conn.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			return
		}
		select {
		case <-deadline:
			words, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			t.Fatalf("the server does not start: %v\n%s", err, words)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop ends the server: everybody is sent away.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	cmd := s.cmd
	s.cmd = nil
	_ = s.stdin.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Error("the server does not end")
		_ = cmd.Process.Kill()
	}
}

// Conn is what the library wants to connect, without encryption.
func (s *Server) Conn(user, password, database string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=%s password='%s' dbname=%s sslmode=disable", s.Port, user, password, database)
}

// Exec runs statements as the superuser.
func (s *Server) Exec(t testing.TB, database, sql string) {
	t.Helper()
	s.Rows(t, database, sql)
}

// Rows runs statements as the superuser and returns the rows of the last, as text; NULL is "NULL".
func (s *Server) Rows(t testing.TB, database, sql string) [][]string {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), s.Conn(User, Password, database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	results, err := conn.Exec(t.Context(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var all [][]string
	for _, row := range results[len(results)-1].Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			if cells[i] = string(c); c == nil {
				cells[i] = "NULL"
			}
		}
		all = append(all, cells)
	}
	return all
}

// ordinary makes the server's programs run as an ordinary user: they refuse root.
func (s *Server) ordinary(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			t.Fatal("there is no ordinary user to run the server as")
		}
	}
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	s.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	files, err := filepath.Glob(filepath.Join(s.folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, s.folder) {
		if err := os.Chown(file, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *Server) run(t testing.TB, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(s.bin, program), args...)
	cmd.SysProcAttr, cmd.Dir = s.as, s.folder
	var words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &words, &words
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, words.String())
	}
}

// programs is the folder of the newest server's programs.
func programs(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		t.Fatal("there is no PostgreSQL server on this computer: install the package postgresql")
	}
	return filepath.Dir(path)
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Ferryctl is Ferry in a terminal: the same engine, without a window and without cgo.
//
// Exit codes: 0 all went well, 1 something was refused or a check failed, 2 wrong use, 3 stopped part-way and the same
// command goes on.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/browser"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/keychain"
	"ferry/core/sqlitefile"
)

// version is set by the linker in a release.
const version = "0.1.0"

// Exit codes.
const (
	exitWell    = 0
	exitRefused = 1
	exitUsage   = 2
	exitPartway = 3
)

// The variables of the environment that hold secrets.
const (
	clientSecret        = "FERRY_CLIENT_SECRET"
	certificatePassword = "FERRY_CERTIFICATE_PASSWORD"
	windowsPassword     = "FERRY_WINDOWS_PASSWORD"
	proxyPassword       = "FERRY_PROXY_PASSWORD"
	databasePassword    = "PGPASSWORD" // as every program for PostgreSQL has it
)

// A terminal is what a command may touch of the world.
type terminal struct {
	out, err io.Writer
	env      func(string) string
	log      *slog.Logger
	bar      bool // err is a terminal: progress is a bar
	ask      func(what, variable string) (core.Secret, error)
	browse   func(page string) error // shows a page in the browser
	keys     func(context.Context) (keychain.Store, *core.Fault)
	wait     func(context.Context, time.Duration) error // nil is core.Wait
	wrap     func(*importer.Job)                        // stands between the engine and what it works with; nil in Ferry itself
}

// wrapped lets a test stand in between.
func (t *terminal) wrapped(j importer.Job) importer.Job {
	if t.wrap != nil {
		t.wrap(&j)
	}
	return j
}

// A command is one word after ferryctl.
type command struct {
	name, summary string
	run           func(ctx context.Context, t *terminal, args []string) int
}

func commands() []command {
	return []command{
		{"practice", "serve the practice environment until interrupted", practiceCommand},
		{"check", "test a connection, step by step", checkCommand},
		{"tables", "list the tables that can be read", tablesCommand},
		{"settings", "list the settings of a destination", settingsCommand},
		{"import", "import tables, or go on with an import that was stopped", importCommand},
		{"runs", "list the imports of a data folder, and save the report of one", runsCommand},
		{"retry", "import just what an import refused, is unsure of or let wait", retryCommand},
		{"takeback", "take an import back: what was there before comes back", takebackCommand},
		{"compare", "say what differs between source and destination, and why", compareCommand},
		{"schema", "print the JSON schema of project files", schemaCommand},
		{"demo", "import the practice environment into a file and show what happens", demoCommand},
	}
}

func main() {
	// Rows are read, mapped and written in a steady stream: a small heap that is collected often is what
	// keeps the memory flat whatever the table's size. SQLite's pages lie outside that heap.
	debug.SetGCPercent(50)
	debug.SetMemoryLimit(72 << 20)
	sqlitefile.OneBlock()
	browser.Stdout, browser.Stderr = io.Discard, io.Discard // a browser's noise may hold the address of a sign-in

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, system(), os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, t *terminal, args []string) int {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, t, args[1:])
		}
	}
	switch name {
	case "help", "-h", "-help", "--help":
		usage(t.out)
		return exitWell
	case "version", "-version", "--version":
		fmt.Fprintln(t.out, "ferryctl", version)
		return exitWell
	case "":
	default:
		fmt.Fprintf(t.err, "ferryctl knows no command %q.\n\n", name)
	}
	usage(t.err)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "ferryctl carries data out of Dynamics 365.\n\nusage: ferryctl COMMAND [flags]; ferryctl COMMAND -h lists the flags\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, `
Secrets are never flags. They come from the environment, from the keychain, or ferryctl asks for them:
  FERRY_CLIENT_SECRET          the client secret
  FERRY_CERTIFICATE_PASSWORD   of the file named with -certificate
  FERRY_WINDOWS_PASSWORD       of the user named with -user
  FERRY_PROXY_PASSWORD         of the user in the address of -proxy
  PGPASSWORD                   of the user in the address of -to postgres:
SSL_CERT_FILE and the system's proxy are honoured. FERRY_LOG=debug logs more; logs hold no values.

example: ferryctl import -org https://contoso.crm.dynamics.com -client-id 0000… -tables account,contact -to sqlite:contoso.db

exit codes: 0 all went well, 1 something was refused or a check failed, 2 wrong use,
            3 stopped part-way and the same command goes on
`)
}

// system is the terminal of the process.
func system() *terminal {
	level := slog.LevelError
	switch strings.ToLower(os.Getenv("FERRY_LOG")) {
	case "debug":
		level = slog.LevelDebug
	case "info":
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	return &terminal{
		out: os.Stdout, err: os.Stderr, env: environment(), log: log, bar: isTerminal(os.Stderr), ask: askSecret, browse: browser.OpenURL,
		keys: func(ctx context.Context) (keychain.Store, *core.Fault) {
			return keychain.Open(ctx, keychain.Options{Log: log})
		},
	}
}

// environment reads the variables of the process. Those with a secret are taken out: the browser that is started for a
// sign-in would inherit them.
func environment() func(string) string {
	secrets := map[string]string{}
	for _, name := range []string{clientSecret, certificatePassword, windowsPassword, proxyPassword, databasePassword} {
		secrets[name] = os.Getenv(name)
		_ = os.Unsetenv(name) // it fails for no name that is one
	}
	return func(name string) string {
		if secret, ok := secrets[name]; ok {
			return secret
		}
		return os.Getenv(name)
	}
}

// dataFolder is where journal and state lie when -data does not say otherwise.
func dataFolder() (string, error) {
	base, err := os.UserConfigDir()
	if err != nil {
		return "", &core.Fault{
			Kind: core.Wrong, Code: "ferryctl.no-data-folder", Owner: core.You, Err: err,
			Cause:  "This user has no folder of its own for settings.",
			Remedy: "Name a folder with -data.",
		}
	}
	return filepath.Join(base, "Ferry"), nil
}

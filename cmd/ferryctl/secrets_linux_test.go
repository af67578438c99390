package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/core/practice"
)

// opener stands in the browser's place: it notes its arguments, what it inherited and who called it.
const opener = `#!/bin/sh
printf '%s\n' "$@" > "$SEEN/arguments"
tr '\0' '\n' < "/proc/$$/cmdline" > "$SEEN/own command line"
tr '\0' '\n' < "/proc/$PPID/cmdline" > "$SEEN/command line of ferryctl"
env > "$SEEN/environment"
mv "$SEEN/arguments" "$SEEN/link"
`

func TestACrashAndTheProcessListHoldNoSecret(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		if strings.HasPrefix(w.name, "device") {
			continue // nobody reads the terminal of a process here; the others sign in by the same code
		}
		for _, end := range []string{"panic", "quit"} {
			t.Run(w.name+", "+end, func(t *testing.T) {
				t.Parallel()
				s, args := openBy(t, w)
				s.keepParam()
				page := practice.Step{Side: practice.SideDynamics, Table: "account", Page: 2, Times: 1, Do: practice.DoDelay, For: practice.Duration(time.Hour)}
				if err := s.env.Play(practice.Script{page}); err != nil {
					t.Fatal(err)
				}
				seen := filepath.Join(s.dir, "seen")
				if err := os.Mkdir(seen, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(seen, "xdg-open"), []byte(opener), 0o700); err != nil {
					t.Fatal(err)
				}
				c, out := s.process(args("import", "-tables", "account", "-page-size", "10", "-to", "sqlite:"+s.file())...)
				c.Env = append(c.Env, crashes+"="+end, "SEEN="+seen, "GOTRACEBACK=all", "FERRY_LOG=debug", "PATH="+seen+":"+os.Getenv("PATH"))
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() { done <- c.Wait() }()
				if w.visits > 0 {
					link := filepath.Join(seen, "link")
					waitFor(t, func() bool { _, err := os.Stat(link); return err == nil })
					text, err := os.ReadFile(link)
					if err != nil {
						t.Fatal(err)
					}
					if err := s.visit(strings.TrimSpace(string(text))); err != nil {
						t.Errorf("the page: %v", err)
					}
				}
				texts := map[string]string{}
				if end == "quit" {
					waitFor(t, func() bool { return s.env.Played()[0] > 0 })
					texts["the command line"] = commandLine(t, c)
					if err := c.Process.Signal(syscall.SIGQUIT); err != nil {
						t.Fatal(err)
					}
				}
				if err := <-done; err == nil {
					t.Fatalf("it ended well: %s", out)
				}
				texts["the crash"] = out.String()
				if want := map[string]string{"panic": errProvoked.Error(), "quit": "SIGQUIT"}[end]; !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "goroutine ") {
					t.Errorf("this is no crash: %s", out)
				}
				for name, text := range s.written("seen") {
					if filepath.Base(name) != "link" { // it opens nothing: the verifier stays with ferryctl
						texts[name] = text
					}
				}
				for name, text := range s.written("data") {
					texts[name] = text
				}
				s.search(texts)
			})
		}
	}
}

// commandLine is what everybody on the computer can read about a process.
func commandLine(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(c.Process.Pid) + "/cmdline")
	if err != nil || !strings.Contains(string(text), "import") {
		t.Fatalf("the command line is %q: %v", text, err)
	}
	return string(text)
}

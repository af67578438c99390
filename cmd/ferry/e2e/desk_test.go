//go:build e2e

// Package e2e drives the real window on a screen of its own, with a real browser, as a person would: it finds things by
// what they say, clicks, types, and keeps pictures. FERRY_E2E names the window's binary, built with the tag e2e;
// FERRY_PICTURES the folder for the pictures.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A desk is a screen with the window on it.
type desk struct {
	t        *testing.T
	env      []string
	home     string
	describe string
	log      *bytes.Buffer
	pictures string
	prefix   string
	window   *os.Process
}

// shown is one text on the screen; see cmd/ferry/describe_e2e.go.
type shown struct {
	Text       string
	X, Y, W, H float32
	Layer      int
}

// sit starts a screen and the window on it, in a home folder of its own, which prepare may fill first.
func sit(t *testing.T, prefix string, width, height int, prepare ...func(home string)) *desk {
	t.Helper()
	binary := os.Getenv("FERRY_E2E")
	if binary == "" {
		t.Fatal("FERRY_E2E names no window: run make e2e")
	}
	d := &desk{t: t, home: t.TempDir(), log: &bytes.Buffer{}, pictures: os.Getenv("FERRY_PICTURES"), prefix: prefix}
	if d.pictures == "" {
		d.pictures = t.TempDir()
	}
	if err := os.MkdirAll(d.pictures, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{".cache", ".config", "bin", "run", "Documents"} {
		if err := os.MkdirAll(filepath.Join(d.home, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, fill := range prepare {
		fill(d.home)
	}
	d.describe = filepath.Join(d.home, "run", "window.json")
	display := d.screen(width, height)
	d.opener()
	d.env = []string{
		"DISPLAY=" + display, "HOME=" + d.home, "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1", "LANG=C.UTF-8",
		"PATH=" + filepath.Join(d.home, "bin") + ":" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + filepath.Join(d.home, "run"),
		"FERRY_DESCRIBE=" + d.describe, "FERRY_HEARTBEAT=" + os.Getenv("FERRY_HEARTBEAT"),
	}
	window := exec.Command(binary)
	window.Env, window.Stdout, window.Stderr = d.env, d.log, d.log
	start(t, window)
	d.window = window.Process
	return d
}

// screen starts Xvfb on a display that is free and returns its name.
func (d *desk) screen(width, height int) string {
	d.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Close()
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "+extension", "GLX", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	start(d.t, x)
	w.Close()
	if err := r.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		d.t.Fatal(err)
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		d.t.Fatalf("Xvfb gave no display: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// opener puts an xdg-open first in PATH that starts a real browser for addresses and notes folders.
func (d *desk) opener() {
	d.t.Helper()
	script := `#!/bin/sh
case "$1" in
http*) exec setsid chromium --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update \
  --disable-sync --disable-quic --no-default-browser-check --password-store=basic --window-position=0,0 --window-size=900,700 \
  --user-data-dir="` + filepath.Join(d.home, "chromium") + `" "$1" >/dev/null 2>&1 & echo $! > "` + filepath.Join(d.home, "run", "browser.pid") + `" ;;
*) printf '%s\n' "$1" >> "` + filepath.Join(d.home, "run", "opened") + `" ;;
esac
`
	if err := os.WriteFile(filepath.Join(d.home, "bin", "xdg-open"), []byte(script), 0o755); err != nil {
		d.t.Fatal(err)
	}
}

// start starts a program that is ended with the test.
func start(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		c.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			c.Process.Kill()
			<-ended
		}
	})
}

// do runs one of the X tools and returns what it printed.
func (d *desk) do(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = d.env
	out, err := c.Output()
	return strings.TrimSpace(string(out)), err
}

func (d *desk) must(name string, args ...string) {
	d.t.Helper()
	if _, err := d.do(name, args...); err != nil {
		d.t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
}

// texts are what the window shows now.
func (d *desk) texts() []shown {
	text, err := os.ReadFile(d.describe)
	if err != nil {
		return nil
	}
	var all []shown
	if err := json.Unmarshal(text, &all); err != nil {
		return nil
	}
	return all
}

// find looks for a text: the whole of it, else its beginning; on the sheet that lies on top before what it covers.
func (d *desk) find(text string) (shown, bool) {
	all := d.texts()
	slices.SortStableFunc(all, func(a, b shown) int { return b.Layer - a.Layer })
	for _, s := range all {
		if s.Text == text {
			return s, true
		}
	}
	for _, s := range all {
		if strings.HasPrefix(s.Text, text) {
			return s, true
		}
	}
	return shown{}, false
}

// wait waits until something holds, and fails with a picture when it does not in time.
func (d *desk) wait(what string, limit time.Duration, holds func() bool) {
	d.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(limit); time.Now().Before(end); <-tick.C {
		if holds() {
			return
		}
	}
	d.picture("failed")
	var all []string
	for _, s := range d.texts() {
		all = append(all, s.Text)
	}
	d.t.Fatalf("%s did not happen in %v. The window shows:\n%s\nIt wrote:\n%s", what, limit, strings.Join(all, "\n"), d.log.String())
}

// see waits until the window shows a text.
func (d *desk) see(text string, limit time.Duration) {
	d.t.Helper()
	d.wait(fmt.Sprintf("%q on the window", text), limit, func() bool { _, ok := d.find(text); return ok })
}

// reads waits until the window shows a text, over as many lines as it takes.
func (d *desk) reads(text string) {
	d.t.Helper()
	d.wait(fmt.Sprintf("%q on the window", text), long, func() bool { return strings.Contains(d.page(), text) })
}

// scrollTo is reads for a text that may stand further down the page.
func (d *desk) scrollTo(text string) {
	d.t.Helper()
	turn := 0
	d.wait(fmt.Sprintf("%q further down", text), long, func() bool {
		if strings.Contains(d.page(), text) {
			return true
		}
		if turn++; turn%10 == 0 { // what comes by itself is given a second
			d.must("xdotool", "mousemove", "660", "500", "click", "5", "click", "5")
		}
		return false
	})
}

// page is all that the window shows, in one line.
func (d *desk) page() string {
	var all []string
	for _, s := range d.texts() {
		all = append(all, strings.TrimSpace(s.Text))
	}
	return strings.Join(all, " ")
}

// paste puts a text into the clipboard and pastes it into what has the focus.
func (d *desk) paste(text string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, "xclip", "-selection", "clipboard", "-loops", "0")
	c.Env, c.Stdin = d.env, strings.NewReader(text)
	if err := c.Run(); err != nil {
		d.t.Fatal(err)
	}
	d.key("ctrl+v")
}

// click waits for a text that stands still and clicks on it.
func (d *desk) click(text string) {
	d.t.Helper()
	var last shown
	d.wait(fmt.Sprintf("%q to click on", text), 30*time.Second, func() bool {
		s, ok := d.find(text)
		still := ok && s == last
		last = s
		return still
	})
	d.must("xdotool", "mousemove", strconv.Itoa(int(last.X+last.W/2)), strconv.Itoa(int(last.Y+last.H/2)), "click", "1")
}

// clickUntil clicks on a text again and again until something holds: on a busy machine a click may come too early.
func (d *desk) clickUntil(text string, holds func() bool) {
	d.t.Helper()
	for range 10 {
		d.click(text)
		for end := time.Now().Add(6 * time.Second); time.Now().Before(end); <-time.After(100 * time.Millisecond) {
			if holds() {
				return
			}
		}
		if _, there := d.find(text); !there {
			break
		}
	}
	d.wait("what a click on "+text+" does", long, holds)
}

// clickTo clicks on a text until another one is there.
func (d *desk) clickTo(text, next string) {
	d.t.Helper()
	d.clickUntil(text, func() bool { _, ok := d.find(next); return ok })
}

// write types into what has the focus.
func (d *desk) write(text string) {
	d.t.Helper()
	d.must("xdotool", "type", "--delay", "12", text)
}

// key presses keys.
func (d *desk) key(names ...string) {
	d.t.Helper()
	d.must("xdotool", append([]string{"key", "--delay", "40"}, names...)...)
}

// picture keeps what the screen shows.
func (d *desk) picture(name string) {
	d.t.Helper()
	path := filepath.Join(d.pictures, d.prefix+"-"+name+".png")
	if _, err := d.do("import", "-window", "root", path); err != nil {
		d.t.Errorf("no picture %s: %v", name, err)
	}
}

// browser waits for the browser's window to have loaded a page of that title, and gives it the keyboard.
func (d *desk) browser(title string) {
	d.t.Helper()
	d.wait("the browser's page "+title, 90*time.Second, func() bool {
		id, err := d.do("xdotool", "search", "--onlyvisible", "--name", title)
		if err != nil || id == "" {
			return false
		}
		_, err = d.do("xdotool", "windowfocus", strings.Fields(id)[0])
		return err == nil
	})
}

// closeBrowser ends the browser that the opener started.
func (d *desk) closeBrowser() {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.home, "run", "browser.pid"))
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.do("kill", strings.TrimSpace(string(text))); err != nil {
		d.t.Fatal(err)
	}
	d.wait("the browser to be gone", 30*time.Second, func() bool {
		id, err := d.do("xdotool", "search", "--onlyvisible", "--class", "chromium")
		return err != nil || id == ""
	})
}

// focus gives the window the keyboard.
func (d *desk) focus() {
	d.t.Helper()
	d.wait("Ferry's window", 30*time.Second, func() bool {
		id, err := d.do("xdotool", "search", "--onlyvisible", "--name", "^Ferry")
		if err != nil || id == "" {
			return false
		}
		_, err = d.do("xdotool", "windowfocus", strings.Fields(id)[0])
		return err == nil
	})
}

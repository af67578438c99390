package wiring_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/practice"
	"ferry/core/project"
	"ferry/core/signin"
)

// What a person meets, and where.
const (
	whileEntering = "entered"     // the settings are refused before anything is sent
	whileSigning  = "sign-in"     // step 3 of the wizard
	onThePage     = "page"        // Microsoft's page says it, and What does the page say? explains it
	whileListing  = "list"        // the list of environments
	theBrowser    = "the browser" // news of a sign-in that goes on waiting
	toTheEnd      = "available"   // nothing failed
)

// A meeting is how a walk through sign-in and test ends.
type meeting struct {
	step      string
	state     core.CheckState // of a step of the test
	available bool            // the verdict, where the test was taken
	tested    bool
	fault     *core.Fault
	checks    []core.Check
	more      []*core.Fault // what else was told
	log       string        // at the most talkative level
}

// walk signs in and tests as window and terminal do, in the environment of a situation.
func walk(t *testing.T, s practice.Situation) meeting {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	o := practice.Options{Rows: map[string]int{"account": 5, "contact": 5}, DeviceInterval: time.Millisecond}
	e, v, err := practice.Meet(ctx, s, o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	w := &walker{t: t, env: e, s: s, log: new(locked)}
	m := w.goes(ctx, v)
	m.more, m.log = w.told, w.log.String()
	return m
}

type walker struct {
	t    *testing.T
	env  *practice.Environment
	s    practice.Situation
	log  *locked
	told []*core.Fault

	mu   sync.Mutex
	page practice.Page
	stop context.CancelFunc // Cancel, while the browser waits
}

type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (w *walker) goes(ctx context.Context, v practice.Values) meeting {
	computer := w.computer(v)
	to, err := connection(v)
	if err != nil {
		return meeting{step: whileEntering, fault: core.AsFault(err)}
	}
	link, err := computer.Connect(to)
	if err != nil {
		return meeting{step: whileEntering, fault: core.AsFault(err)}
	}
	defer link.Close()
	if to.Auth.Person() {
		if err := w.signsIn(ctx, link); err != nil {
			return w.refused(err)
		}
	}
	if w.s.Where == practice.Listed {
		_, err := link.Environments(ctx, w.env.Discovery)
		if err != nil {
			return meeting{step: whileListing, fault: core.AsFault(err)}
		}
		return meeting{step: toTheEnd}
	}
	m := tests(ctx, link, v.Tables)
	if w.s.Later == nil {
		return m
	}
	if m.fault != nil && m.state == core.CheckFailed {
		w.t.Errorf("it was to go well at first: %s %v", m.step, m.fault)
	}
	if err := w.s.Later(w.env); err != nil {
		w.t.Fatal(err)
	}
	return tests(ctx, link, v.Tables)
}

// refused is what came of a sign-in that did not go well: what the page said, if it said it.
func (w *walker) refused(err error) meeting {
	w.mu.Lock()
	page := w.page
	w.mu.Unlock()
	if page.Code != 0 {
		if f, ok := signin.Explain(page.Text); ok {
			return meeting{step: onThePage, fault: f}
		}
		w.t.Errorf("the page is not understood: %s", page.Text)
	}
	f := core.AsFault(err)
	if len(w.told) > 0 && f.Code == "signin.stopped" {
		return meeting{step: theBrowser, fault: w.told[0]}
	}
	return meeting{step: whileSigning, fault: f}
}

// tests is Test connection; the first step that failed counts, else the first that warned.
func tests(ctx context.Context, link *wiring.Link, tables []string) meeting {
	m := meeting{step: toTheEnd, tested: true}
	link.Source.Checks(ctx, core.Need{Tables: tables, Fresh: true}, func(c core.Check) {
		if c.State == core.CheckRunning {
			return
		}
		m.checks = append(m.checks, c)
		if c.Fault != nil && (m.fault == nil || m.state == core.CheckWarned && c.State == core.CheckFailed) {
			m.step, m.state, m.fault = c.ID, c.State, c.Fault
		}
	})
	m.available = core.Available(m.checks)
	return m
}

// signsIn presses Sign in. The person does what the situation says; who gets stuck on a page presses Cancel.
func (w *walker) signsIn(ctx context.Context, link *wiring.Link) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w.mu.Lock()
	w.stop = cancel
	w.mu.Unlock()
	var typing sync.WaitGroup
	defer typing.Wait()
	_, err := link.SignIn(ctx, func(step signin.Step) {
		if step.Fault != nil {
			w.told = append(w.told, step.Fault)
			cancel()
		}
		if step.Code != "" {
			typing.Go(func() { w.saw(w.env.Type(ctx, step.Link, step.Code, w.act())) })
		}
	})
	cancel()
	return err
}

// open is the system's browser.
func (w *walker) open(link string) error {
	if w.act() == practice.NoBrowser {
		return errors.New("there is no browser")
	}
	w.mu.Lock()
	stop := w.stop
	w.mu.Unlock()
	p, err := w.env.Visit(w.t.Context(), link, w.act())
	w.saw(p, err)
	if err == nil && !p.Back {
		stop() // nothing more will come of this page
	}
	return nil
}

func (w *walker) saw(p practice.Page, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && p.Code != 0 {
		w.page = p
		w.stop()
	}
}

func (w *walker) act() practice.Act {
	if w.s.Act == "" {
		return practice.SignsIn
	}
	return w.s.Act
}

// computer has the settings of this computer that belong to the values.
func (w *walker) computer(v practice.Values) *wiring.Computer {
	c := &wiring.Computer{
		Data: w.t.TempDir(), Open: w.open, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Wait: func(ctx context.Context, d time.Duration) error { return core.Wait(ctx, d/200) },
	}
	c.Settings.Network.Proxy.Mode = project.NoProxy
	if w.s.Name == "server-silent" {
		c.Settings.Network.ReadTimeout = 1
	}
	if u, err := url.Parse(v.Proxy); err == nil && v.Proxy != "" {
		port, _ := strconv.Atoi(u.Port())
		c.Settings.Network.Proxy = project.Proxy{Mode: project.OwnProxy, Host: u.Hostname(), Port: port, User: v.ProxyUser}
		c.ProxyPassword = core.NewSecret(v.ProxyPassword)
	}
	return c
}

// connection is what somebody entered.
func connection(v practice.Values) (wiring.Connection, error) {
	to := wiring.Connection{
		Connection: project.Connection{
			Name: "Walk", Org: v.Org, Tenant: v.Tenant, ClientID: v.ClientID, Auth: project.Auth(v.Way), HasSecret: v.WithSecret,
			Redirect: v.Redirect, User: v.User,
		},
		Access: project.Access{Authority: v.Authority, Scope: v.Scope, Assertion: project.Assertion{Audience: v.Audience}},
		Secret: core.NewSecret(v.Secret), CA: string(v.CA),
	}
	if v.Way == practice.ByWindows {
		to.Secret = core.NewSecret(v.Password)
	}
	if !v.SecretExpires.IsZero() {
		to.SecretExpires = v.SecretExpires.UTC().Format(time.DateOnly)
	}
	if v.Certificate != nil {
		key, err := signin.ReadCertificate(v.Certificate, core.Secret{})
		if err != nil {
			return to, err
		}
		to.Key = key
	}
	return to, nil
}

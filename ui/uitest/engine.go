// Package uitest is an Engine without any system behind it, for tests of the window and for pictures of it.
// Nothing that is shipped imports it.
package uitest

import (
	"context"
	"strings"
	"sync"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
)

// Engine answers as it is told. The zero Engine is an environment in which everything works.
type Engine struct {
	mu      sync.Mutex
	calls   []string
	saved   *project.Project
	written string

	Fail        map[string]error // by method
	Block       map[string]bool  // by method: wait until cancelled
	Checks      []core.Check
	DestChecks  []core.Check
	DestSecrets map[string]core.Secret // what KeepDestination was given last

	TableNames []core.TableName
	Counts     map[string]core.Count
	History    []importer.Receipt
	Others     []ui.ProjectRuns // of AllRuns, besides the present project
	LastReport ui.RunReport
	News       []importer.Progress // what Import tells before it waits or ends
	Receipt    importer.Receipt
	Keychain   string
	Warning    *core.Fault
	Known      bool
	Link       string
	Code       string // of Device
	Until      time.Time
	Kept       core.Secret

	File        *project.Project
	Said        []*core.Fault // of File
	LastRequest ui.ImportRequest
	LastNeed    core.Need

	Map            Mappings
	Rehearsal      Rehearsal
	Trust          Trust
	Comparison     Comparison
	Mends          Mending
	Places         Places
	Environs       []ui.Environment
	Machine        project.Computer
	MachineSecrets ui.ComputerSecrets
}

var _ ui.Engine = (*Engine)(nil)

func (e *Engine) called(ctx context.Context, method string) error {
	e.mu.Lock()
	e.calls = append(e.calls, method)
	e.mu.Unlock()
	if e.Block[method] {
		<-ctx.Done()
		return ctx.Err()
	}
	return e.Fail[method]
}

// Saved is the project as it was saved last, nil before.
func (e *Engine) Saved() *project.Project {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.saved
}

// Written is the path that was written last.
func (e *Engine) Written() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.written
}

// Called counts the calls of a method.
func (e *Engine) Called(method string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, c := range e.calls {
		if c == method {
			n++
		}
	}
	return n
}

// Practice implements ui.Engine.
func (e *Engine) Practice(ctx context.Context) (ui.Practice, error) {
	return ui.Practice{Person: "Ada Lovelace", Connection: project.Connection{
		Name: "Practice environment", Org: "https://127.0.0.1:40443", Tenant: "00000000-0000-4000-8000-00000000f1e1",
		ClientID: "00000000-0000-4000-8000-00000000f1e2", Auth: project.Browser, Practice: true, Kind: "test",
	}}, e.called(ctx, "Practice")
}

// Recognise implements ui.Engine.
func (e *Engine) Recognise(text string) (ui.Address, error) {
	if err := e.Fail["Recognise"]; err != nil {
		return ui.Address{}, err
	}
	host := strings.TrimPrefix(text, "https://")
	host, _, _ = strings.Cut(host, "/")
	if !strings.Contains(host, ".") {
		return ui.Address{}, &core.Fault{Kind: core.Wrong, Code: "test.address", Owner: core.You,
			Cause: "This is no address of Dynamics 365.", Remedy: "Paste what stands in the address bar while Dynamics 365 is open."}
	}
	name, _, _ := strings.Cut(host, ".")
	a := ui.Address{Org: "https://" + host, Name: name, Region: "Europe", Cloud: "public cloud"}
	if !strings.Contains(host, "dynamics") {
		a.Region, a.Cloud, a.OnPrem = "", "", true
	}
	if strings.HasPrefix(host, "make.") {
		a.Warning = "This is a page of make.powerapps.com."
	}
	return a, nil
}

// Discover implements ui.Engine.
func (e *Engine) Discover(ctx context.Context, c project.Connection) (project.Connection, error) {
	c.Tenant = "9f1b0b3e-5d1c-4c55-8a34-6f8f3f0f6c11"
	return c, e.called(ctx, "Discover")
}

// KeepSecret implements ui.Engine.
func (e *Engine) KeepSecret(ctx context.Context, _ project.Connection, s core.Secret) (*core.Fault, error) {
	e.mu.Lock()
	e.Kept = s
	e.mu.Unlock()
	return e.Warning, e.called(ctx, "KeepSecret")
}

// KnowsSecret implements ui.Engine.
func (e *Engine) KnowsSecret(context.Context, project.Connection) bool { return e.Known }

// SignIn implements ui.Engine.
func (e *Engine) SignIn(ctx context.Context, c project.Connection, step func(ui.SignInStep)) (ui.SignedIn, error) {
	if !c.Auth.Person() {
		return ui.SignedIn{Name: "Ferry migration", Application: true}, e.called(ctx, "SignIn")
	}
	if e.Link != "" {
		step(ui.SignInStep{Link: e.Link, Code: e.Code, Until: e.Until})
	}
	return ui.SignedIn{Name: "Ada Lovelace"}, e.called(ctx, "SignIn")
}

// SignOut implements ui.Engine.
func (e *Engine) SignOut(ctx context.Context, _ project.Connection) error {
	return e.called(ctx, "SignOut")
}

// CheckSource implements ui.Engine.
func (e *Engine) CheckSource(ctx context.Context, _ project.Connection, need core.Need, tell func(core.Check)) error {
	e.mu.Lock()
	e.LastNeed = need
	e.mu.Unlock()
	for _, c := range e.Checks {
		tell(c)
	}
	return e.called(ctx, "CheckSource")
}

// KeepDestination implements ui.Engine.
func (e *Engine) KeepDestination(ctx context.Context, _ project.Destination, secrets map[string]core.Secret) error {
	e.mu.Lock()
	e.DestSecrets = secrets
	e.mu.Unlock()
	return e.called(ctx, "KeepDestination")
}

// CheckDestination implements ui.Engine.
func (e *Engine) CheckDestination(ctx context.Context, _ project.Destination, _ core.Need, tell func(core.Check)) error {
	for _, c := range e.DestChecks {
		tell(c)
	}
	return e.called(ctx, "CheckDestination")
}

// Tables implements ui.Engine.
func (e *Engine) Tables(ctx context.Context, _ project.Connection) ([]core.TableName, error) {
	return e.TableNames, e.called(ctx, "Tables")
}

// Count implements ui.Engine.
func (e *Engine) Count(ctx context.Context, _ project.Connection, which mapping.Mapping) (core.Count, error) {
	n, known := e.Counts[which.ID]
	if !known {
		n = e.Counts[which.Source]
	}
	return n, e.called(ctx, "Count")
}

// Import implements ui.Engine.
func (e *Engine) Import(ctx context.Context, _ *project.Project, r ui.ImportRequest, progress func(importer.Progress)) (importer.Receipt, error) {
	e.mu.Lock()
	e.LastRequest = r
	e.mu.Unlock()
	for _, n := range e.News {
		progress(n)
	}
	err := e.called(ctx, "Import")
	receipt := e.Receipt
	if ctx.Err() != nil {
		receipt.State = importer.Interrupted
	}
	return receipt, err
}

// Runs implements ui.Engine.
func (e *Engine) Runs(ctx context.Context, _ *project.Project) ([]importer.Receipt, error) {
	return e.History, e.called(ctx, "Runs")
}

// Save implements ui.Engine.
func (e *Engine) Save(ctx context.Context, p *project.Project) error {
	e.mu.Lock()
	e.saved = p
	e.mu.Unlock()
	return e.called(ctx, "Save")
}

// Open implements ui.Engine.
func (e *Engine) Open(ctx context.Context, _ string) (ui.Opened, error) {
	return ui.Opened{Project: e.File, Said: e.Said}, e.called(ctx, "Open")
}

// Browse implements ui.Engine.
func (e *Engine) Browse(string) error { return e.called(context.Background(), "Browse") }

// Show implements ui.Engine.
func (e *Engine) Show(string) error { return e.called(context.Background(), "Show") }

// KeychainState implements ui.Engine.
func (e *Engine) KeychainState(context.Context) string { return e.Keychain }

// Now is the moment at which the pictures are taken.
func Now() time.Time { return time.Date(2026, 11, 21, 17, 40, 0, 0, time.Local) }

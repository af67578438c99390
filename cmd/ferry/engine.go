package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/practice"
	"ferry/core/project"
	"ferry/ui"
)

// Engine is what the window can have done. It keeps one link per connection, so that a person signs in once.
type Engine struct {
	computer atomic.Pointer[wiring.Computer]
	language atomic.Int64 // of labels in the present project, as an LCID
	unread   *core.Fault  // why the settings of this computer could not be read
	warning  *core.Fault  // why secrets are kept in memory only
	drivers  []core.Driver[core.Destination]

	rehearsed looked[*wiring.Rehearsed]
	compared  looked[*wiring.Compared]
	looks     sync.Mutex // held while a destination is looked at, or too old things are deleted: neither is in an import's way

	mu       sync.Mutex
	practice *practice.Environment
	there    *placed                // the destination that was asked last; see asked
	opens    map[string]core.Secret // what the person typed as secrets of a practice destination
	typed    core.Secret            // what the person typed as the practice application's secret; empty: the right one
	links    map[string]*kept       // by the connection's name
}

// kept is a link with what it was made from.
type kept struct {
	from wiring.Connection
	link *wiring.Link
	who  string // signed in; "" is not known
}

// NewEngine makes the window's engine and reads the settings of this computer. warning is what keychain.Open said.
func NewEngine(ctx context.Context, c *wiring.Computer, warning *core.Fault) *Engine {
	e := &Engine{warning: warning, drivers: wiring.Destinations(c.Data, c.Log), links: map[string]*kept{}}
	e.rehearsed.none, e.compared.none = noRehearsal(), noComparison()
	if settings, err := project.ReadComputer(c.SettingsFile()); err != nil {
		e.unread = core.AsFault(err)
	} else {
		c.Settings = *settings
	}
	if err := c.UnlockProxy(ctx); err != nil { // the proxy itself will say that it wants a password
		c.Log.Warn("the proxy's password was not read", "code", core.AsFault(err).Code)
	}
	e.computer.Store(c)
	return e
}

// machine is this computer with its present settings.
func (e *Engine) machine() *wiring.Computer { return e.computer.Load() }

// Close ends the practice environment and gives back what the links hold.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, k := range e.links {
		k.link.Close()
	}
	if e.there != nil {
		_ = e.there.made.Close() // it wrote nothing
	}
	if e.practice != nil {
		e.practice.Close()
	}
	e.rehearsed.end()
	e.compared.end()
}

// Practice starts the practice environment once.
func (e *Engine) Practice(ctx context.Context) (ui.Practice, error) {
	env, err := e.practise()
	if err != nil {
		return ui.Practice{}, err
	}
	return ui.Practice{
		Connection: project.Connection{
			Name: "Practice", Org: env.Org, Tenant: env.Tenant, ClientID: env.ClientID, Auth: project.Browser, Kind: "practice", Practice: true,
		},
		Secret: core.NewSecret(env.Secret), Person: env.Person.Name,
	}, nil
}

func (e *Engine) practise() (*practice.Environment, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.practice != nil {
		return e.practice, nil
	}
	// It outlives the call that started it and ends with the app.
	env, err := practice.Start(context.Background(), practice.Options{Seed: 1, Log: e.machine().Log})
	if err != nil {
		return nil, err
	}
	e.practice = env
	return env, nil
}

// Recognise tells which environment a pasted address names.
func (e *Engine) Recognise(text string) (ui.Address, error) {
	a, err := dataverse.ParseAddress(text)
	if err != nil {
		return ui.Address{}, err
	}
	return ui.Address{Org: a.Org, Name: a.Name, Region: a.Region, Cloud: a.Cloud, OnPrem: !a.Online, Warning: a.Warning}, nil
}

// CheckSource is Test connection.
func (e *Engine) CheckSource(ctx context.Context, c project.Connection, need core.Need, tell func(core.Check)) error {
	link, err := e.link(ctx, c)
	if err != nil {
		return err
	}
	link.Source.Checks(ctx, need, tell)
	return nil
}

// Tables lists what the connection may read. Where it cannot be asked, the list of the last time comes with the error.
func (e *Engine) Tables(ctx context.Context, c project.Connection) ([]core.TableName, error) {
	return e.descriptions(c).Tables(ctx, func(ctx context.Context) ([]core.TableName, error) {
		link, err := e.link(ctx, c)
		if err != nil {
			return nil, err
		}
		return link.Source.Tables(ctx)
	})
}

// Count tells how many rows a table has.
func (e *Engine) Count(ctx context.Context, c project.Connection, which mapping.Mapping) (core.Count, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return core.Count{}, err
	}
	return wiring.CountWhich(ctx, link.Source, which, time.Now())
}

// Import runs or continues an import.
func (e *Engine) Import(ctx context.Context, p *project.Project, r ui.ImportRequest, progress func(importer.Progress)) (importer.Receipt, error) {
	job, _, done, err := e.job(ctx, p, r)
	if err != nil {
		return importer.Receipt{}, err
	}
	if job.KeepFor < 0 {
		defer func() { _ = e.machine().Expire(context.WithoutCancel(ctx)) }() // what cannot be deleted now goes the next time
	}
	defer done()
	if r.Only != "" {
		list, err := e.machine().Shown(ctx, r.Only)
		if err != nil {
			return importer.Receipt{}, err
		}
		defer list.Close()
		job.Only = list
	}
	receipt, err := importer.Run(ctx, job, progress)
	if err == nil && r.Only != "" && receipt.State == importer.Complete {
		e.machine().ForgetShown(r.Only)
	}
	return receipt, err
}

// job makes the import that is asked for. done gives back what it holds.
func (e *Engine) job(ctx context.Context, p *project.Project, r ui.ImportRequest) (job importer.Job, memory *journal.Journal, done func(), err error) {
	current := p.Current()
	if current == nil || p.Destination == nil {
		return job, nil, nil, &core.Fault{
			Kind: core.Wrong, Code: "ferry.nothing-chosen", Owner: core.You,
			Cause: "There is no connection or no destination yet.", Remedy: "Choose both first.",
		}
	}
	if wiring.LeavesPractice(*current, *p.Destination) {
		return job, nil, nil, wiring.OnlyPractised()
	}
	e.Speak(p)
	link, err := e.link(ctx, *current)
	if err != nil {
		return job, nil, nil, err
	}
	e.looked()
	destination, err := e.destination(ctx, *p.Destination)
	if err != nil {
		return job, nil, nil, err
	}
	defer func() {
		if err != nil {
			_ = destination.Close() // the first error is the one to tell
		}
	}()
	maps, err := wiring.Mappings(ctx, link.Source, destination, wiring.Asked(p.Mappings, p.Tables, r.Tables), r.Tables, nil)
	if err != nil {
		return job, nil, nil, err
	}
	if memory, err = e.machine().Journal(ctx, p.ID); err != nil {
		return job, nil, nil, err
	}
	e.machine().NoteName(p.ID, p.Name)
	job = e.machine().Job(link, destination, wiring.Place(*p.Destination), maps, memory)
	if seal, fault := e.machine().Seal(ctx, p.ID); seal != nil {
		job.Seal = seal // so that it can be taken back
	} else if fault != nil {
		e.machine().Log.Info("this import cannot be taken back", "code", fault.Code)
	}
	job.Language = project.LanguageCode(p.Language)
	job.Limit, job.Full, job.Retire, job.Retry = r.Limit, r.Full, r.Retire, r.Retry
	job.From, job.To, job.Who = current.Name, wiring.Where(*p.Destination), e.who(current.Name)
	return job, memory, func() {
		_ = destination.Close() // what it kept is written
		_ = memory.Close()
	}, nil
}

// Runs are all runs of the project.
func (e *Engine) Runs(ctx context.Context, p *project.Project) ([]importer.Receipt, error) {
	if !e.machine().HasJournal(p.ID) { // looking makes no files
		return nil, nil
	}
	memory, err := e.machine().Journal(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	e.machine().NoteName(p.ID, p.Name)
	return memory.Runs(ctx)
}

// lastProject is where the project lies that was open last.
func lastProject(c *wiring.Computer) string {
	return filepath.Join(c.Data, "project"+project.Extension)
}

// Speak takes the language of the present project: from now on labels are in it.
func (e *Engine) Speak(p *project.Project) { e.language.Store(int64(p.Language)) }

// Save writes the project, and remembers its destination as one that the person of this computer chose.
func (e *Engine) Save(_ context.Context, p *project.Project) error {
	e.Speak(p)
	if err := p.Write(lastProject(e.machine())); err != nil {
		return err
	}
	e.machine().Chose(p)
	return nil
}

// Open reads a project from a file.
func (e *Engine) Open(_ context.Context, path string) (ui.Opened, error) {
	p, said, err := e.machine().Receive(e.drivers, path, e.sameFile(path))
	return ui.Opened{Project: p, Said: said}, err
}

// sameFile reports whether a path is that of this computer's own project file.
func (e *Engine) sameFile(path string) bool {
	a, err := os.Stat(path)
	b, err2 := os.Stat(lastProject(e.machine()))
	return err == nil && err2 == nil && os.SameFile(a, b)
}

// Browse opens an address in the system's browser: one of Microsoft's pages, or of the connections that were used.
func (e *Engine) Browse(url string) error {
	e.mu.Lock()
	var own []string
	for _, k := range e.links {
		own = append(own, k.from.Org, k.from.Access.Authority, k.from.Access.AuthorizeURL)
	}
	practising := e.practice != nil
	e.mu.Unlock()
	if !practising || !strings.HasPrefix(url, "http://localhost:") {
		if err := wiring.MayOpen(url, own...); err != nil {
			return err
		}
	}
	return e.machine().Open(url)
}

// Show opens the folder of a file in the system's file manager.
func (e *Engine) Show(path string) error {
	folder := filepath.Dir(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		folder = path
	}
	var command *exec.Cmd
	switch runtime.GOOS {
	case "windows":
		command = exec.Command("explorer", "/select,", path)
	case "darwin":
		command = exec.Command("open", "-R", path)
	default:
		command = exec.Command("xdg-open", folder)
	}
	if err := command.Start(); err != nil {
		return &core.Fault{
			Kind: core.Wrong, Code: "ferry.no-file-manager", Owner: core.You, Err: err,
			Cause: "The folder could not be opened.", Remedy: "Open it yourself; the path can be copied.",
			Subject: core.Subject{Value: folder},
		}
	}
	go command.Wait() // the file manager ends when it likes; explorer's exit code says nothing
	return nil
}

// KeychainState says when secrets cannot be kept.
func (e *Engine) KeychainState(context.Context) string {
	if e.warning != nil {
		return e.warning.Cause + " " + e.warning.Remedy
	}
	return ""
}

var _ ui.Engine = (*Engine)(nil)

package wiring

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/project"
)

const (
	describedVersion = 1
	largestDescribed = 16 << 20 // bytes of one kept description
	mostDescribed    = 400      // descriptions of one environment
	mostFields       = 10_000   // of a table that is believed
)

// A Description is a table as it was told, and when. Why says why it could not be asked now; nil when it was.
type Description struct {
	Table core.Table
	When  time.Time
	Why   *core.Fault
}

// Descriptions are what was told about the tables of one environment, kept in a folder of this computer so that mappings
// can be edited without it. They hold metadata only, no value of any record.
type Descriptions struct {
	folder   string // "" keeps nothing
	language int
	now      func() time.Time
	log      *slog.Logger

	// Where there is a last time, the environment is not waited for as long as it might take: grace from when it first asks
	// for patience, most at all.
	grace, most time.Duration
}

// Descriptions are those of a connection's environment. They are named after its address, not after the connection, which
// anybody may rename.
func (c *Computer) Descriptions(p project.Connection, language int) *Descriptions {
	d := &Descriptions{language: language, now: time.Now, log: c.Log, grace: 4 * time.Second, most: time.Minute}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	name := "practice" // its address is another one each time
	if !p.Practice {
		a, err := dataverse.ParseAddress(p.Org)
		if err != nil {
			return d
		}
		sum := sha256.Sum256([]byte(strings.ToLower(a.Org)))
		name = plainName(a.Host) + "-" + hex.EncodeToString(sum[:6])
	}
	if c.Data != "" {
		d.folder = filepath.Join(c.Data, "described", name)
	}
	return d
}

// plainName leaves of a name what every file system takes.
func plainName(host string) string {
	host = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, strings.ToLower(host))
	return strings.Trim(host[:min(len(host), 80)], ".")
}

// Describe asks about a table and keeps the answer. Where the environment cannot be asked, the last answer comes back, and
// why; without one the error is that reason.
func (d *Descriptions) Describe(ctx context.Context, table string, ask func(context.Context) (core.Table, error)) (Description, error) {
	var last Description
	known := d.read("t-"+table, table, &last.When, &last.Table) && sensible(last.Table, table)
	t, err := within(ctx, d, known, ask)
	switch {
	case err == nil:
		now := d.now()
		d.keep("t-"+table, table, now, t)
		return Description{Table: t, When: now}, nil
	case !known || ctx.Err() != nil || core.AsFault(err).Code == dataverse.CodeNoSuchTable:
		return Description{}, err
	}
	last.Why = core.AsFault(err)
	return last, nil
}

// Tables asks for the list of tables and keeps it. Where the environment cannot be asked, the list as it was the last time
// comes back together with the error.
func (d *Descriptions) Tables(ctx context.Context, ask func(context.Context) ([]core.TableName, error)) ([]core.TableName, error) {
	var last []core.TableName
	var when time.Time
	known := d.read("tables", "", &when, &last) && !slices.ContainsFunc(last, func(t core.TableName) bool { return t.Logical == "" })
	all, err := within(ctx, d, known, ask)
	if err == nil {
		d.keep("tables", "", d.now(), all)
		return all, nil
	}
	if !known || ctx.Err() != nil {
		return nil, err
	}
	return last, err
}

// sensible reports whether a kept description can be believed.
func sensible(t core.Table, name string) bool {
	return t.Name.Logical == name && t.Key != "" && len(t.Fields) > 0 && len(t.Fields) <= mostFields &&
		!slices.ContainsFunc(t.Fields, func(f core.Field) bool { return f.Name == "" || f.Type == "" })
}

// within asks. With an older answer at hand it does not wait for an environment that is away or asks for patience.
func within[T any](ctx context.Context, d *Descriptions, known bool, ask func(context.Context) (T, error)) (T, error) {
	if !known {
		return ask(ctx)
	}
	inner, cancel := context.WithTimeout(ctx, d.most)
	defer cancel()
	var mu sync.Mutex
	var patience *time.Timer
	said := ""
	inner = core.WithNotices(inner, func(n core.Notice) {
		core.Tell(ctx, n)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case n.Text == "" && patience != nil: // it answers again
			patience.Stop()
			patience = nil
		case n.Text != "":
			said = n.Text
			if patience == nil {
				patience = time.AfterFunc(d.grace, cancel)
			}
		}
	})
	answer, err := ask(inner)
	if err != nil && inner.Err() != nil && ctx.Err() == nil {
		mu.Lock()
		defer mu.Unlock()
		err = notNow(said, err)
	}
	return answer, err
}

// A keptFile is one file of descriptions.
type keptFile struct {
	Version  int             `json:"version"`
	Table    string          `json:"table,omitempty"`
	When     time.Time       `json:"when"`
	Language int             `json:"language,omitempty"`
	What     json.RawMessage `json:"what"`
}

var tableName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,127}$`)

func (d *Descriptions) path(name, table string) string {
	if d.folder == "" || strings.HasPrefix(name, "t-") && !tableName.MatchString(table) {
		return ""
	}
	return filepath.Join(d.folder, name+".json")
}

// read reads a kept file; false when there is none, or it is damaged.
func (d *Descriptions) read(name, table string, when *time.Time, what any) bool {
	path := d.path(name, table)
	if path == "" {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largestDescribed+1))
	if err != nil || len(text) > largestDescribed {
		return false
	}
	var k keptFile
	if json.Unmarshal(text, &k) != nil || k.Version != describedVersion || k.Table != table || json.Unmarshal(k.What, what) != nil {
		return false
	}
	*when = k.When
	return !k.When.IsZero()
}

// keep writes a file whole or not at all. That it could not is no reason to stop anybody.
func (d *Descriptions) keep(name, table string, when time.Time, what any) {
	path := d.path(name, table)
	if path == "" {
		return
	}
	text, err := json.Marshal(what)
	if err == nil {
		text, err = json.Marshal(keptFile{describedVersion, table, when.UTC().Truncate(time.Second), d.language, text})
	}
	if err == nil && len(text) > largestDescribed {
		err = errors.New("too large")
	}
	if err == nil {
		err = os.MkdirAll(d.folder, 0o700)
	}
	if err == nil {
		err = SaveFile(path, text)
	}
	if err != nil {
		d.log.Warn("the description of a table was not kept", "table", table)
		return
	}
	d.prune()
}

// prune removes the oldest descriptions when there are too many.
func (d *Descriptions) prune() {
	all, err := os.ReadDir(d.folder)
	if err != nil || len(all) <= mostDescribed {
		return
	}
	age := func(e os.DirEntry) time.Time {
		if info, err := e.Info(); err == nil {
			return info.ModTime()
		}
		return time.Time{}
	}
	slices.SortFunc(all, func(a, b os.DirEntry) int { return age(a).Compare(age(b)) })
	for _, e := range all[:len(all)-mostDescribed] {
		_ = os.Remove(filepath.Join(d.folder, e.Name()))
	}
}

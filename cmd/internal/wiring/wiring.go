// Package wiring builds what both mains pass down: the network, the sign-in, the Dynamics source, the list of
// destinations, the journal. Everything is made by hand and visible here; there is no container and no registry.
package wiring

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/halo"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/keychain"
	"ferry/core/mapping"
	"ferry/core/postgres"
	"ferry/core/project"
	"ferry/core/sheet"
	"ferry/core/sqlite"
)

// Destinations are the kinds of system that records can go to, in the order in which the window offers them. A new one is
// one line here. data is Ferry's data folder, where those that are files keep their rows.
func Destinations(data string, log *slog.Logger) []core.Driver[core.Destination] {
	spools := Spools(data, log)
	return []core.Driver[core.Destination]{
		halo.Driver(halo.Options{Log: log}),
		sheet.Excel(spools, log),
		sqlite.Driver(log),
		sheet.CSV(spools, log),
		postgres.Driver(log),
	}
}

// Spools are where destinations that are files keep the rows that they write into them.
func Spools(data string, log *slog.Logger) sheet.Spools {
	return sheet.Spools{Folder: filepath.Join(data, "spools"), Open: func(path string) (sheet.Spool, error) { return sqlite.NewSpool(path, log) }}
}

// A Computer is what every connection of this computer shares.
type Computer struct {
	Data          string // folder of journal and state
	Store         keychain.Store
	Open          func(url string) error // the system's browser
	Log           *slog.Logger
	Settings      project.Computer // of this computer, never of a project file
	ProxyPassword core.Secret
	Wait          func(ctx context.Context, d time.Duration) error // nil is core.Wait
	Now           func() time.Time                                 // nil is time.Now
}

func (c *Computer) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Computer) wait() func(context.Context, time.Duration) error {
	if c.Wait == nil {
		return core.Wait
	}
	return c.Wait
}

// SettingsFile is where the settings of this computer are.
func (c *Computer) SettingsFile() string { return filepath.Join(c.Data, "settings.json") }

// Journal opens the journal of a project in the data folder; "" is the one of commands without a project file.
func (c *Computer) Journal(ctx context.Context, projectID string) (*journal.Journal, error) {
	path := c.journalFile(projectID)
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, &core.Fault{
			Kind: core.Wrong, Code: "ferry.data-folder", Owner: core.You, Err: err,
			Cause:   "Ferry cannot write into its data folder.",
			Remedy:  "Look whether the folder can be written and has space left, or name another one.",
			Subject: core.Subject{Value: folder},
		}
	}
	return journal.Open(ctx, path, journal.Options{Log: c.Log})
}

// Destination makes the destination that a project or a flag names. Its secrets are those given, else those of the
// keychain; one that is nowhere is left out.
func (c *Computer) Destination(ctx context.Context, drivers []core.Driver[core.Destination], d project.Destination, given map[string]core.Secret) (core.Destination, error) {
	for _, driver := range drivers {
		if driver.Name == d.Driver {
			s := core.Settings{Values: d.Settings, Secrets: c.destinationSecrets(ctx, driver, d, given)}
			if file := c.Settings.Network.CAFile; file != "" {
				s.CAFiles = []string{file}
			}
			if driver.Name == "halo" && !d.Practice { // it is reached as the network settings of this computer say
				driver = halo.Driver(halo.Options{Network: c.network(), Wait: c.wait(), Log: c.Log})
			}
			return driver.New(s)
		}
	}
	names := make([]string, 0, len(drivers))
	for _, driver := range drivers {
		names = append(names, driver.Name)
	}
	return nil, &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-such-destination", Owner: core.You,
		Cause:  "This Ferry knows no destination of that kind.",
		Remedy: "Choose one of: " + strings.Join(names, ", ") + ".",
	}
}

// Mappings are the mappings of the given tables: the saved one where there is one, with its children, else the default. A
// name is a mapping's ID or a table's logical name. filters are OData texts by these names or by table; one takes the
// place of everything that the saved mapping says of which records.
func Mappings(ctx context.Context, source core.Source, to core.Destination, saved []mapping.Mapping, tables []string, filters map[string]string) ([]mapping.Mapping, error) {
	all := make([]mapping.Mapping, 0, len(tables))
	for _, name := range tables {
		m, ok := Saved(saved, name, tables...)
		if !ok {
			table, err := source.Describe(ctx, name)
			if err != nil {
				return nil, err
			}
			if m, err = begun(ctx, table, to); err != nil {
				return nil, err
			}
		}
		for _, by := range []string{m.Source, name} {
			if text, ok := filters[by]; ok {
				m.Filter, m.Where, m.ActiveOnly = text, nil, false
			}
		}
		all = append(all, m)
	}
	return all, nil
}

// Asked are the saved mappings among which the names of an import are looked up: without those that a project lists
// beside their table's default, unless they are asked for.
func Asked(saved []mapping.Mapping, list, names []string) []mapping.Mapping {
	return slices.DeleteFunc(slices.Clone(saved), func(m mapping.Mapping) bool {
		return m.ID != m.Source && slices.Contains(list, m.ID) && slices.Contains(list, m.Source) && !slices.Contains(names, m.ID)
	})
}

// Saved finds a saved mapping: by its ID, else by its table. Where a list names both the table and another mapping of it
// by its ID, as after the default was copied, the table means its default.
func Saved(saved []mapping.Mapping, name string, list ...string) (mapping.Mapping, bool) {
	listed := slices.Contains(list, name)
	for _, same := range []func(m mapping.Mapping) bool{
		func(m mapping.Mapping) bool { return m.ID == name },
		func(m mapping.Mapping) bool { return m.Source == name && !(listed && slices.Contains(list, m.ID)) },
	} {
		if i := slices.IndexFunc(saved, same); i >= 0 {
			return saved[i], true
		}
	}
	return mapping.Mapping{}, false
}

// Where is where a destination is, for people. One of the practice environment has another address each time, and says what it is.
func Where(d project.Destination) string {
	for _, driver := range Destinations("", nil) {
		if driver.Name == d.Driver && d.Practice {
			return "Practice " + driver.Title
		}
		if driver.Name == d.Driver && driver.Place != nil {
			return driver.Place(core.Settings{Values: d.Settings})
		}
	}
	return fileOrFolder(d)
}

// IsFile reports whether a destination lies in a file or a folder, so that looking at it asks no network.
func IsFile(d project.Destination) bool { return fileOrFolder(d) != "" && Where(d) == fileOrFolder(d) }

// fileOrFolder is where a destination lies that is a file or a folder.
func fileOrFolder(d project.Destination) string {
	if folder := d.Settings["folder"]; folder != "" {
		return folder
	}
	return d.Settings["file"]
}

// Place is a stable name of where a destination is, whatever folder a command was started in.
func Place(d project.Destination) string {
	if d.Practice {
		return d.Driver + ":practice"
	}
	where := Where(d)
	if where != fileOrFolder(d) {
		return d.Driver + ":" + where
	}
	if whole, err := filepath.Abs(where); err == nil {
		where = whole
	}
	return d.Driver + ":" + where
}

// Named is a destination as the terminal names it, in receipts and in the history.
func Named(d project.Destination) string {
	if d.Practice {
		return Where(d)
	}
	return d.Driver + ":" + Where(d)
}

// Job makes the import of tables from a link to a destination.
func (c *Computer) Job(from *Link, to core.Destination, place string, maps []mapping.Mapping, j importer.Journal) importer.Job {
	return importer.Job{
		Place: place, Source: from.Source, Destination: to, Mappings: maps, Journal: j,
		Parts: from.readers(), Wait: c.wait(), Now: c.now, Log: c.Log, KeepFor: c.KeepFor(),
	}
}

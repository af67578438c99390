package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/practice"
	"ferry/core/project"
)

// flags are the flags of the commands that speak to Dynamics 365.
type flags struct {
	set *flag.FlagSet

	project, org, tenant, clientID, authority, scope, auth, redirect, proxy string
	certificate, user, report                                               string
	runID, refused                                                          string
	values, forgets, lists                                                  bool
	there, mend                                                             pairs
	record, withdraw                                                        string
	send                                                                    string

	connectTimeout, readTimeout time.Duration
	pageSize, requests          int
	data                        string
	json                        bool

	to                string
	tables            string
	settings, filters pairs
	retire            pairs
	full              bool
	rehearse          bool
	rows, keys, only  string
	language          string
	keepDays          days
	loaded            *project.Project
	practice          *practice.Environment // once it was started
}

// pairs are NAME=VALUE flags that may be repeated.
type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("it must look like NAME=VALUE")
	}
	p[name] = value
	return nil
}

// days is a flag of days that may be left out.
type days struct {
	n     int
	given bool
}

func (d *days) String() string { return "" }

func (d *days) Set(text string) (err error) {
	d.n, err = strconv.Atoi(text)
	if d.given = err == nil; err != nil || d.n < 0 || d.n > project.KeepMost {
		return errors.New("it must be a number from 0 to 3650")
	}
	return nil
}

// keepFlag is for the commands that keep what holds people's data.
func (f *flags) keepFlag() {
	f.set.Var(&f.keepDays, "keep-days", "for how many days what holds people's data is kept, so that imports can be taken back: 0 keeps nothing (default: as this computer is set, 30)")
}

func connectionFlags(name string) *flags {
	f := &flags{set: flag.NewFlagSet(name, flag.ContinueOnError), settings: pairs{}, filters: pairs{}, retire: pairs{}, there: pairs{}, mend: pairs{}}
	s := f.set
	s.StringVar(&f.project, "project", "", "project file (.ferry); flags go before what it says")
	s.StringVar(&f.org, "org", "", "address of the environment: https://contoso.crm.dynamics.com")
	s.StringVar(&f.tenant, "tenant", "", "tenant: GUID or domain; without it the environment is asked")
	s.StringVar(&f.clientID, "client-id", "", "application (client) ID of the app registration")
	s.StringVar(&f.authority, "authority", "", "another sign-in service than Microsoft's own: https://HOST[/TENANT]")
	s.StringVar(&f.scope, "scope", "", "another scope than ORG/.default")
	s.StringVar(&f.auth, "auth", "", "you sign in: browser, device (a code on another device), windows (on-premises); the application signs in: secret, certificate; without it: by what there is")
	s.StringVar(&f.certificate, "certificate", "", "PFX or PEM file with certificate and key; its password comes from FERRY_CERTIFICATE_PASSWORD")
	s.StringVar(&f.user, "user", "", "with -auth windows: DOMAIN\\NAME; the password comes from FERRY_WINDOWS_PASSWORD")
	s.StringVar(&f.redirect, "redirect", "", "redirect URI as registered: http://localhost, or http://localhost:33333/signin with a secret")
	s.StringVar(&f.proxy, "proxy", "", "system, none, or http://[USER@]HOST:PORT; the password comes from FERRY_PROXY_PASSWORD")
	s.DurationVar(&f.connectTimeout, "connect-timeout", 0, "how long to wait for a connection (0: Ferry's own, 15s; -1s: as long as it takes)")
	s.DurationVar(&f.readTimeout, "read-timeout", 0, "how long to wait for an answer (0: Ferry's own, 2m; -1s: as long as it takes)")
	s.IntVar(&f.pageSize, "page-size", 0, "records per request, 1 to 5000 (0: 5000)")
	s.IntVar(&f.requests, "requests", 0, "requests at once (0: Dynamics says how many)")
	s.StringVar(&f.data, "data", "", "folder of journal and state (default: the user's own)")
	s.BoolVar(&f.json, "json", false, "one JSON object per line on stdout")
	return f
}

// parse reads the flags; false means that help or a Fault was shown, and the code to end with.
func (f *flags) parse(t *terminal, args []string) (int, bool) {
	if code, ok := parseFlags(t, f.set, &f.json, args); !ok {
		return code, false
	}
	if f.project != "" {
		p, err := project.Read(f.project)
		if err != nil {
			return t.tell(f.json, err), false
		}
		f.loaded = p
	}
	if f.data == "" {
		folder, err := dataFolder()
		if err != nil {
			return t.tell(f.json, err), false
		}
		f.data = folder
	}
	return exitWell, true
}

func wrongUse(cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "ferryctl.usage", Owner: core.You, Cause: cause, Remedy: remedy}
}

// wanted are the tables that were asked for: logical names, or IDs of the project's mappings.
func (f *flags) wanted() ([]string, error) {
	text := f.tables
	if text == "" && f.loaded != nil && (len(f.loaded.Tables) > 0 || len(f.loaded.Mappings) > 0) {
		return f.switchedOn()
	}
	if text == "" {
		text = "account,contact"
	}
	var all []string
	for _, name := range strings.Split(text, ",") {
		name = strings.TrimSpace(name)
		if _, ok := f.saved(name); !ok {
			name = strings.ToLower(name)
		}
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return nil, wrongUse("No table is named.", "Name logical names with -tables account,contact; ferryctl tables lists them.")
	}
	return all, f.filtered(all)
}

// switchedOn are the tables of the project that take part in Import everything.
func (f *flags) switchedOn() ([]string, error) {
	var all []string
	for _, name := range f.loaded.Tables {
		if !slices.Contains(f.loaded.Off, name) && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return nil, wrongUse("No table of this project takes part in Import everything.", "Switch one on in Mappings, or name tables with -tables account,contact.")
	}
	return all, f.filtered(all)
}

func (f *flags) saved(name string) (mapping.Mapping, bool) {
	if f.loaded == nil {
		return mapping.Mapping{}, false
	}
	return wiring.Saved(f.loaded.Mappings, name, f.loaded.Tables...)
}

// filtered refuses a filter for a table that is not imported.
func (f *flags) filtered(all []string) error {
	for name := range f.filters {
		known := slices.ContainsFunc(all, func(table string) bool {
			m, ok := f.saved(table)
			return table == name || ok && m.Source == name
		})
		if !known {
			return wrongUse(fmt.Sprintf("There is a filter for %q, which is not imported.", name), "Name the table with -tables too.")
		}
	}
	return nil
}

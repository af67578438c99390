package dataverse

import (
	"context"
	"strconv"
	"strings"

	"ferry/core"
)

// The steps of Test connection, by their ids. Those of a table end in its name.
const (
	stepAddress     = "address"
	stepSecure      = "secure"
	stepEnvironment = "environment"
	stepCredential  = "credential"
	stepSignIn      = "signin"
	stepWhoAmI      = "whoami"
	stepRoles       = "roles"
	stepVersion     = "version"
	stepRead        = "read-"
	stepFields      = "fields-"
	stepTracking    = "tracking-"
)

// A checker is one Test connection. Nothing in it waits or repeats: a person is looking at it.
type checker struct {
	s      *Source
	need   core.Need
	tell   func(core.Check)
	failed map[string]bool        // steps that failed or were not tried
	faults map[string]*core.Fault // why steps failed
	known  map[string]core.Check  // steps that went well in an earlier test

	signedIn    bool // somebody told who signed in
	application bool // it is an application
	who         person
	has         roles
	rights      *rights
}

// Checks looks whether the environment can be read; see core.System.
func (s *Source) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	c := &checker{s: s, need: need, tell: tell, failed: make(map[string]bool), faults: make(map[string]*core.Fault), known: went(need.Known)}
	if len(c.known) == 0 {
		s.forget()
	} else {
		s.forget(knownPerson, knownRoles, knownRights)
	}
	c.outside(ctx)
	c.credential()
	c.step(core.Check{ID: stepSignIn, Title: "Sign-in"}, nil, func(check *core.Check) { c.signIn(ctx, check) })
	c.step(core.Check{ID: stepWhoAmI, Title: "Who we are", DependsOn: []string{stepEnvironment, stepSignIn}},
		func() (ok bool) { c.who, ok = recall[person](s, knownPerson); return ok },
		func(check *core.Check) { c.whoAmI(ctx, check) })
	c.step(core.Check{ID: stepRoles, Title: "Security roles", DependsOn: []string{stepWhoAmI}, Optional: true}, c.recallRights,
		func(check *core.Check) { c.roles(ctx, check) })
	c.step(core.Check{ID: stepVersion, Title: "Version and state", DependsOn: []string{stepWhoAmI}, Optional: true}, nil,
		func(check *core.Check) { c.version(ctx, check) })
	c.tables(ctx)
}

// went are the steps of an earlier test that need not be taken again: those before the first one that failed.
func went(known []core.Check) map[string]core.Check {
	good := make(map[string]core.Check)
	for _, k := range known {
		if k.State != core.CheckPassed && k.State != core.CheckWarned {
			break
		}
		good[k.ID] = k
	}
	return good
}

// step tells that a step starts, takes it, and tells how it ended. One that depends on a failed one is not tried. One
// that is known to have gone well is told as it was, unless have says that what came of it is not known any more.
func (c *checker) step(check core.Check, have func() bool, take func(*core.Check)) {
	if k, ok := c.known[check.ID]; ok && !c.blocked(check) && (have == nil || have()) {
		c.end(k)
		return
	}
	if c.begin(&check) {
		take(&check)
	}
	c.end(check)
}

func (c *checker) blocked(check core.Check) bool {
	for _, id := range check.DependsOn {
		if c.failed[id] {
			return true
		}
	}
	return false
}

func (c *checker) begin(check *core.Check) bool {
	if c.blocked(*check) {
		check.State = core.CheckUntried
		return false
	}
	check.State = core.CheckRunning
	c.tell(*check)
	check.State = core.CheckPassed
	return true
}

func (c *checker) end(check core.Check) {
	if check.State == core.CheckFailed || check.State == core.CheckUntried {
		c.failed[check.ID] = true
	}
	if check.State == core.CheckFailed {
		c.faults[check.ID] = check.Fault
	}
	c.tell(check)
}

func fail(check *core.Check, err error) {
	check.State, check.Fault = core.CheckFailed, inOwnWords(core.AsFault(err))
}

func warn(check *core.Check, f *core.Fault) {
	check.State, check.Fault = core.CheckWarned, f
}

// also adds to what was found.
func also(check *core.Check, detail string) {
	switch {
	case detail == "":
	case check.Detail == "":
		check.Detail = detail
	default:
		check.Detail += "; " + detail
	}
}

// listed is a list of names for people: the first few, and how many there are beside.
func listed(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
}

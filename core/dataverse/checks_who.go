package dataverse

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"ferry/core"
	"ferry/core/rest"
)

func (c *checker) signIn(ctx context.Context, check *core.Check) {
	switch {
	case c.s.c.SignIn != nil && (c.need.Fresh || c.s.c.Token == nil):
		name, application, err := c.s.c.SignIn(ctx)
		c.signedIn, c.application = true, application
		switch {
		case err != nil:
			c.notIn(check, err)
			return
		case application:
			check.Detail = strings.TrimSpace("the application " + name)
		default:
			check.Detail = name
		}
	case c.s.c.Token != nil && !c.s.c.Windows:
		if _, err := c.s.c.Token(ctx, ""); err != nil {
			c.notIn(check, err)
			return
		}
	}
	if c.s.c.Windows && !c.failed[stepEnvironment] {
		c.windows(ctx, check)
	}
}

// notIn tells a sign-in that did not go well. One that stumbled over what a step before has told already, such as a proxy
// that lets nobody through, was not tried: it never got to the sign-in service. Without a tenant it asks the environment
// for it first, and what comes of that names the environment's host.
func (c *checker) notIn(check *core.Check, err error) {
	f := core.AsFault(err)
	for _, before := range []string{stepAddress, stepSecure, stepEnvironment} {
		told := c.faults[before]
		if told == nil {
			continue
		}
		asked := c.s.c.Tenant == "" && (told.Code == f.Code || strings.Contains(f.Cause, c.s.address.Host))
		if asked || told.Code == f.Code && told.Cause == f.Cause {
			check.State, check.DependsOn = core.CheckUntried, []string{before}
			return
		}
	}
	fail(check, f)
}

// windows proves a Windows sign-in, which happens by the way of a request.
func (c *checker) windows(ctx context.Context, check *core.Check) {
	err := c.s.readyWith(ctx, false)
	if err == nil {
		var version struct{ Version string }
		err = c.s.once(ctx, "RetrieveVersion()", &version)
	}
	if err != nil && !refused(err) {
		fail(check, err)
		return
	}
	if check.Detail == "" {
		check.Detail = "Windows sign-in"
	}
}

func (c *checker) whoAmI(ctx context.Context, check *core.Check) {
	err := c.s.readyWith(ctx, false)
	if err == nil {
		c.who, err = renew(ctx, c.s, knownPerson, c.s.askWho)
	}
	if err != nil {
		fail(check, c.personal(err))
		return
	}
	kind := "user "
	if c.who.application {
		kind = "application user "
	}
	c.signedIn, c.application = true, c.who.application
	check.Detail = strings.TrimSpace(kind + c.who.name)
	switch access := c.who.access; {
	case c.who.disabled:
		fail(check, c.local(disabled(c.application)))
	case access != nil && !c.application && (*access == 1 || *access == 3 || *access == 5):
		also(check, "access mode "+accessWords(*access))
		warn(check, accessNarrow(accessWords(*access)))
	case access != nil && *access == 0 && is(c.who.licensed, false) && !c.application && c.s.address.Online:
		also(check, "no licence of its own")
		warn(check, unlicensed())
	}
}

// accessWords is how Dynamics calls an access mode.
//
// Dataverse: systemuser, accessmode.
func accessWords(mode int) string {
	switch mode {
	case 1:
		return "Administrative"
	case 3:
		return "Support User"
	case 5:
		return "Delegated Admin"
	}
	return ""
}

// personal says what a refusal means for who signed in: an application needs something else than a person.
func (c *checker) personal(err error) error {
	f := core.AsFault(err)
	if !c.signedIn {
		return err
	}
	var better *core.Fault
	switch f.Code {
	case "dataverse.not-a-member":
		better = noUser(c.application)
	case "dataverse.no-role":
		better = noRole(c.application)
	case "dataverse.user-disabled":
		better = disabled(c.application)
	default:
		return err
	}
	better.Details, better.Err = f.Details, err
	return c.local(better)
}

// local gives a Fault the words of where the environment stands.
func (c *checker) local(f *core.Fault) *core.Fault {
	if c.s.address.premises() {
		onPremisesWords(f)
	}
	return f
}

func (c *checker) recallRights() (ok bool) {
	c.rights, ok = recall[*rights](c.s, knownRights)
	c.has, _ = recall[roles](c.s, knownRoles)
	return ok
}

func (c *checker) roles(ctx context.Context, check *core.Check) {
	var err error
	c.has, err = renew(ctx, c.s, knownRoles, func(ctx context.Context) (roles, error) { return c.s.askRoles(ctx, c.who.id) })
	if err == nil && len(c.has.names) > 0 {
		check.Detail = listed(c.has.names, 5)
	}
	c.rights, err = renew(ctx, c.s, knownRights, func(ctx context.Context) (*rights, error) { return c.s.askRights(ctx, c.who.id) })
	if err != nil {
		c.rights = nil
		warn(check, rightsUnknown(err))
		return
	}
	if check.Detail == "" {
		check.Detail = strconv.Itoa(max(len(c.rights.byID), len(c.rights.byName))) + " rights"
	}
	switch {
	case c.has.admin:
		warn(check, tooManyRights("is a System Administrator", c.application))
	case len(c.rights.byName) > 0:
		if can := c.writes(); can != "" {
			warn(check, tooManyRights("may also "+can+" records", c.application))
		}
	}
}

// writes says what may be done to the wanted tables beside reading; "" is nothing.
func (c *checker) writes() string {
	var can []string
	for _, right := range []string{"Create", "Write", "Delete"} {
		for _, table := range c.need.Tables {
			// Schema names differ from logical names by case only, which rights do not tell apart.
			if c.rights.byName["prv"+strings.ToLower(right)+table] != core.DepthNone {
				can = append(can, map[string]string{"Create": "create", "Write": "change", "Delete": "delete"}[right])
				break
			}
		}
	}
	switch len(can) {
	case 0:
		return ""
	case 1:
		return can[0]
	}
	return strings.Join(can[:len(can)-1], ", ") + " and " + can[len(can)-1]
}

var majorVersion = regexp.MustCompile(`^(\d{1,3})\.`)

func (c *checker) version(ctx context.Context, check *core.Check) {
	var version struct{ Version string }
	err := c.s.once(ctx, "RetrieveVersion()", &version)
	var current struct{ Detail organization }
	if e := c.s.once(ctx, currentOrganization, &current); e == nil && version.Version == "" {
		version.Version = current.Detail.OrganizationVersion
	}
	if version.Version = short(version.Version); version.Version != "" {
		check.Detail = "version " + version.Version
		if m := majorVersion.FindStringSubmatch(version.Version); m != nil && len(m[1]) == 1 && m[1] < "8" {
			fail(check, serverTooOld(version.Version))
			return
		}
	} else if f := state(err); f != nil {
		warn(check, f)
	}
	if check.Detail == "" {
		check.Detail = "the environment does not tell its version"
	} else if !c.s.address.Online {
		check.Detail += ", Web API " + strings.TrimSuffix(strings.TrimPrefix(c.s.root, c.s.address.Org+"/api/data/"), "/")
	}
	if s := current.Detail.State; s == "Disabled" || s == float64(1) {
		warn(check, environmentDisabled())
	}
}

// state is the Fault of an environment that is switched off; nil when err says nothing of that kind.
func state(err error) *core.Fault {
	var a *rest.Answer
	if !errors.As(err, &a) {
		return nil
	}
	return closed(a)
}

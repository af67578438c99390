package dataverse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"ferry/core"
	"ferry/core/rest"
)

// A checker is one Test connection. Nothing in it waits or repeats: a person is looking at it.
type checker struct {
	s      *Source
	need   core.Need
	tell   func(core.Check)
	failed map[string]bool // steps that failed or were not tried

	user   string           // id of who signed in
	depths map[string]depth // by privilege in lower case; nil when not known
}

type depth = core.Depth

// Checks looks whether the environment can be read; see core.System.
func (s *Source) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	c := &checker{s: s, need: need, tell: tell, failed: make(map[string]bool)}
	c.outside(ctx)
	c.step(core.Check{ID: "signin", Title: "Sign-in"}, func(check *core.Check) { c.signIn(ctx, check) })
	c.step(core.Check{ID: "whoami", Title: "Who we are", DependsOn: []string{"environment", "signin"}}, func(check *core.Check) { c.whoAmI(ctx, check) })
	c.step(core.Check{ID: "roles", Title: "Security roles", DependsOn: []string{"whoami"}, Optional: true}, func(check *core.Check) { c.roles(ctx, check) })
	c.step(core.Check{ID: "version", Title: "Version and state", DependsOn: []string{"whoami"}, Optional: true}, func(check *core.Check) { c.version(ctx, check) })
	c.tables(ctx)
}

// step tells that a step starts, takes it, and tells how it ended. One that depends on a failed one is not tried.
func (c *checker) step(check core.Check, take func(*core.Check)) {
	if c.begin(&check) {
		take(&check)
	}
	c.end(check)
}

func (c *checker) begin(check *core.Check) bool {
	for _, id := range check.DependsOn {
		if c.failed[id] {
			check.State = core.CheckUntried
			return false
		}
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
	c.tell(check)
}

func fail(check *core.Check, err error) {
	check.State, check.Fault = core.CheckFailed, core.AsFault(err)
}

func warn(check *core.Check, f *core.Fault) {
	check.State, check.Fault = core.CheckWarned, f
}

// outside asks once, without signing in, and tells three steps from what came of it. The request goes the way all
// others go, by the proxy too.
func (c *checker) outside(ctx context.Context) {
	address := core.Check{ID: "address", Title: "Address and name"}
	secure := core.Check{ID: "secure", Title: "Secure connection", DependsOn: []string{"address"}}
	environment := core.Check{ID: "environment", Title: "The environment answers", DependsOn: []string{"secure"}}
	c.begin(&address)
	address.Detail = c.s.address.Host
	answer, err := c.s.anonymous(ctx)
	insecure := answer == nil && untrusted(err)
	if answer == nil && err != nil && !insecure {
		fail(&address, err)
	}
	c.end(address)
	c.step(secure, func(check *core.Check) {
		if insecure {
			fail(check, err)
		}
	})
	c.step(environment, func(check *core.Check) {
		if err != nil {
			fail(check, err)
			return
		}
		if c.s.c.Discover != nil {
			// A tenant that is not told is no failure: the sign-in has its own.
			if tenant, err := c.s.c.Discover(ctx); err == nil && tenant != "" {
				check.Detail = "tenant " + tenant
			}
		}
	})
}

// anonymous asks for the API's root without a token. The answer is not nil when anything answered; the error then says
// that it is not what Dataverse answers.
func (s *Source) anonymous(ctx context.Context) (*rest.Answer, error) {
	client, err := rest.New(rest.Config{
		Root: s.root, Service: service, Transport: s.c.Transport, Patience: -1, Wait: s.c.Wait, Now: s.c.Now, Log: s.c.Log,
	})
	if err != nil {
		return nil, err
	}
	response, err := client.Do(ctx, rest.Request{Address: s.root, NoRepeat: true})
	if err == nil {
		_ = response.Body.Close()
		return &rest.Answer{Status: response.Status}, nil
	}
	var a *rest.Answer
	if !errors.As(err, &a) {
		return nil, err
	}
	switch {
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden && !a.HTML:
		return a, nil
	case a.Status == http.StatusNotFound, a.Status/100 == 2:
		f := notDataverse(err)
		f.Details = core.AsFault(err).Details
		return a, f
	}
	return a, err
}

// untrusted reports whether a connection failed because it could not be trusted.
func untrusted(err error) bool {
	var (
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	return errors.As(err, &verify) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &record) || errors.As(err, &alert)
}

func (c *checker) signIn(ctx context.Context, check *core.Check) {
	if c.s.c.SignIn != nil && c.need.Fresh {
		name, application, err := c.s.c.SignIn(ctx)
		switch {
		case err != nil:
			fail(check, err)
		case application:
			check.Detail = strings.TrimSpace("the application " + name)
		default:
			check.Detail = name
		}
		return
	}
	if c.s.c.Token == nil {
		return
	}
	if _, err := c.s.c.Token(ctx, ""); err != nil {
		fail(check, err)
	}
}

func (c *checker) get(ctx context.Context, address string, v any) error {
	_, err := c.s.quick.JSON(ctx, rest.Request{Address: address, NoRepeat: true}, v)
	return err
}

func (c *checker) whoAmI(ctx context.Context, check *core.Check) {
	var who whoAmI
	if err := c.get(ctx, "WhoAmI", &who); err != nil {
		fail(check, err)
		return
	}
	c.user = guidOr(who.UserID)
	if c.user == "" {
		fail(check, notDataverse(nil))
		return
	}
	var user struct {
		FullName      string  `json:"fullname"`
		DomainName    string  `json:"domainname"`
		ApplicationID *string `json:"applicationid"`
	}
	if c.get(ctx, "systemusers("+c.user+")?$select=fullname,domainname,applicationid", &user) != nil {
		return // who may not read users is not in the way
	}
	name := user.FullName
	if name == "" {
		name = user.DomainName
	}
	kind := "user "
	if user.ApplicationID != nil && *user.ApplicationID != "" {
		kind = "application user "
	}
	check.Detail = kind + name
}

func (c *checker) roles(ctx context.Context, check *core.Check) {
	var answer struct {
		RolePrivileges []struct {
			PrivilegeName string
			Depth         any
		}
	}
	err := c.get(ctx, "systemusers("+c.user+")/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()", &answer)
	if err != nil {
		warn(check, rightsUnknown(err))
		return
	}
	c.depths = make(map[string]depth)
	for _, p := range answer.RolePrivileges {
		if name := strings.ToLower(p.PrivilegeName); name != "" {
			c.depths[name] = max(c.depths[name], depthOf(p.Depth))
		}
	}
	if len(c.depths) == 0 && len(answer.RolePrivileges) > 0 {
		c.depths = nil // an old server names no privileges
	}
	var roles struct{ Value []struct{ Name string } }
	if c.get(ctx, "systemusers("+c.user+")/systemuserroles_association?$select=name", &roles) == nil && len(roles.Value) > 0 {
		var names []string
		for _, r := range roles.Value {
			names = append(names, r.Name)
		}
		check.Detail = listed(names, 5)
		return
	}
	check.Detail = strconv.Itoa(len(answer.RolePrivileges)) + " rights"
}

func (c *checker) version(ctx context.Context, check *core.Check) {
	var version struct{ Version string }
	if err := c.get(ctx, "RetrieveVersion()", &version); err == nil && version.Version != "" {
		check.Detail = "version " + version.Version
	}
	var current struct{ Detail organization }
	if err := c.get(ctx, currentOrganization, &current); err == nil {
		if check.Detail == "" && current.Detail.OrganizationVersion != "" {
			check.Detail = "version " + current.Detail.OrganizationVersion
		}
		if state, ok := current.Detail.State.(string); ok && state == "Disabled" {
			warn(check, environmentDisabled())
		}
	}
}

// depthOf reads a depth as Dataverse writes it, as a name or a number.
func depthOf(v any) depth {
	switch v {
	case "Basic", float64(0):
		return core.DepthUser
	case "Local", float64(1):
		return core.DepthUnit
	case "Deep", float64(2):
		return core.DepthUnits
	case "Global", float64(3):
		return core.DepthGlobal
	}
	return core.DepthNone
}

// listed is a list of names for people: the first few, and how many there are beside.
func listed(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
}

package halo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
)

// Checks is Test connection: as the Halo Integrator's configuration check, and what matters for an import. It changes nothing.
func (d *Destination) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fresh()
	if need.Fresh {
		d.c.mu.Lock()
		d.c.token = ""
		d.c.mu.Unlock()
	}
	step := func(id, title, on string, do func(context.Context, *core.Check) error) core.Step {
		s := core.Step{Check: core.Check{ID: id, Title: title}, Do: do}
		if on != "" {
			s.DependsOn = []string{on}
		}
		return s
	}
	steps := []core.Step{
		step("address", "Address", "", d.checkAddress),
		step("signin", "Sign-in", "address", d.checkSignIn),
		step("version", "Halo answers", "signin", d.checkVersion),
		step("customers", "Customers can be read", "signin", d.checkCustomers),
		step("agent", "All customers can be seen", "customers", d.checkAgent),
		step("site", "Default site", "customers", func(ctx context.Context, c *core.Check) error { return d.checkSite(ctx, need, c) }),
		step("marks", "Records are found again", "customers", func(ctx context.Context, c *core.Check) error { return d.checkMarks(ctx, need, c) }),
		step("quiet", "Nobody is written to", "signin", d.checkQuiet),
	}
	looked := map[string]bool{}
	for i, m := range need.Mapped {
		looked[strings.ToLower(m.Table)] = true
		steps = append(steps, step(fmt.Sprintf("mapped-%d", i+1), "Mapping "+m.Title+" fits", "signin", func(ctx context.Context, c *core.Check) error { return d.checkMapped(ctx, m, c) }))
	}
	for _, name := range need.Tables {
		if a, ok := d.Adopts(name); ok { // a table of the source
			name = a.Table
		} else if !slices.Contains([]string{customers, sites, users}, name) && !strings.HasPrefix(name, "CT") {
			continue // its mapping says where it goes
		}
		if looked[strings.ToLower(name)] {
			continue
		}
		steps = append(steps, step("table-"+strings.ToLower(name), name, "signin", func(ctx context.Context, c *core.Check) error { return d.checkTable(ctx, name, c) }))
	}
	core.TakeSteps(ctx, "testing Halo", steps, tell)
}

func (d *Destination) checkAddress(ctx context.Context, c *core.Check) error {
	c.Detail = d.to.resource.Host
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	if d.to.auth == nil {
		d.c.auth = nil
	}
	if err := d.c.discover(ctx); err != nil {
		return err
	}
	if d.c.auth.Host != d.to.resource.Host {
		c.Detail += ", signs in at " + d.c.auth.Host
	}
	return nil
}

func (d *Destination) checkSignIn(ctx context.Context, c *core.Check) error {
	if _, err := d.c.bearer(ctx); err != nil {
		return err
	}
	c.Detail = "a token with the scopes " + d.to.scope
	if d.c.tenant != "" {
		c.Detail += ", tenant " + d.c.tenant
	}
	return nil
}

func (d *Destination) checkVersion(ctx context.Context, c *core.Check) error {
	info, err := d.instance(ctx)
	if err != nil {
		return err
	}
	c.Detail = strings.TrimSpace(info.text("app_name") + " " + info.text("app_version"))
	if c.Detail == "" {
		c.Detail = "it does not say its version"
	}
	return nil
}

func (d *Destination) checkCustomers(ctx context.Context, c *core.Check) error {
	var answer objects
	answer.key = "clients"
	q := url.Values{"pageinate": {"true"}, "page_no": {"1"}, "page_size": {"1"}, "order": {"id"}, "includeinactive": {"true"}}
	if err := d.c.get(ctx, "reading the customers of Halo", "Client", q, &answer); err != nil {
		return err
	}
	c.Detail = fmt.Sprintf("%d, inactive ones included", max(answer.count, int64(len(answer.rows))))
	return nil
}

// checkAgent looks whether the agent sees all customers.
func (d *Destination) checkAgent(ctx context.Context, c *core.Check) error {
	name, sees, told, err := d.agent(ctx)
	switch {
	case err != nil:
		return err
	case told && !sees && d.to.some:
		c.State, c.Fault = core.CheckWarned, restricted()
	case told && !sees:
		return restricted()
	}
	c.Detail = name
	if !told {
		c.Detail = strings.TrimPrefix(c.Detail+", Halo does not say whether it sees all: look at the agent's role", ", ")
	}
	return nil
}

// aboutAll matches members that tell whether all customers may be used.
var aboutAll = regexp.MustCompile(`(?i)(^|_|allow)all_?(client|customer|area)s?(_|$)`)

// agent asks as whom the application works, and whether that agent sees all customers. How Halo tells it nobody has written
// down: a switch whose name speaks of all customers counts.
func (d *Destination) agent(ctx context.Context) (name string, sees, told bool, err error) {
	var me object
	if err := d.c.get(ctx, "asking Halo for the agent", "Agent/me", nil, &me); err != nil && !unavailable(err) {
		return "", false, false, err
	}
	sees = true
	for member := range me {
		if _, is := me[member].(bool); is && aboutAll.MatchString(member) {
			told, sees = true, sees && me.yes(member)
		}
	}
	return me.text("name"), sees, told, nil
}

// seesAll refuses an import by an agent who sees some customers only: those that are hidden would be made a second time.
func (d *Destination) seesAll(ctx context.Context) error {
	if d.asked || d.to.some {
		return nil
	}
	_, sees, told, err := d.agent(ctx)
	if err == nil && told && !sees {
		return restricted()
	}
	d.asked = err == nil
	return err
}

// checkSite looks for the default site. Without one it says what that means, where contacts are to be imported.
func (d *Destination) checkSite(ctx context.Context, need core.Need, c *core.Check) error {
	if d.to.defaultSite == "" {
		c.Detail = "none"
		if d.needs(need, users) {
			c.State, c.Fault = core.CheckWarned, homeless()
		}
		return nil
	}
	_, err := d.defaultSite(ctx)
	if err == nil {
		c.Detail = d.to.defaultSite
	}
	return err
}

// checkMarks tells by what records are found again, for each table that an import writes.
func (d *Destination) checkMarks(ctx context.Context, need core.Need, c *core.Check) error {
	var all []string
	unproved, alone, failed := false, false, false
	for _, name := range d.marked(need) {
		t, err := d.table(ctx, name)
		if err != nil {
			return err
		}
		w := d.way(t)
		if w.kind == byLink {
			_, err := d.askLinks(ctx, t, url.Values{"third_party_id": {"00000000-0000-0000-0000-000000000000"}})
			switch {
			case err != nil && !unavailable(err):
				return err
			case err != nil:
				w, failed = d.next(t, w), true
			}
		}
		unproved = unproved || !w.proved && w.kind != byNothing
		alone = alone || w.kind == byNothing
		if one := strings.ToLower(t.display) + " by " + w.title(); !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	c.Detail = strings.Join(all, ", ")
	if unproved {
		c.Detail += "; the first record that is made proves it"
	}
	if alone {
		c.State, c.Fault = core.CheckWarned, oneByOne(d.aThousand())
		if failed {
			c.Fault = linksFail()
		}
	}
	names, err := d.strays(ctx)
	if len(names) > 0 {
		c.State, c.Fault = core.CheckWarned, noIDFields(names)
	}
	return err
}

// marked are the tables whose records get a mark, among those that are needed; customers and users when nobody says.
func (d *Destination) marked(need core.Need) (names []string) {
	for _, name := range []string{customers, sites, users} {
		if d.needs(need, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return []string{customers, users}
	}
	return names
}

// needs reports whether an import writes one of the tables that every Halo has.
func (d *Destination) needs(need core.Need, name string) bool {
	return slices.ContainsFunc(need.Mapped, func(m core.Mapped) bool { return strings.EqualFold(m.Table, name) }) ||
		slices.ContainsFunc(need.Tables, func(table string) bool {
			a, ok := d.Adopts(table)
			return ok && a.Table == name || strings.EqualFold(table, name)
		})
}

func (d *Destination) checkQuiet(_ context.Context, c *core.Check) error {
	c.Detail = "each request tells Halo to send no mail and to start no automation"
	if d.to.notify {
		c.State, c.Fault, c.Detail = core.CheckWarned, mayNotify(), "Halo may write to the people who are imported"
	}
	return nil
}

// checkTable looks whether a table is there, and which of its mandatory fields a mapping has to fill.
func (d *Destination) checkTable(ctx context.Context, name string, c *core.Check) error {
	t, err := d.table(ctx, name)
	if err != nil {
		return err
	}
	if err := d.readable(ctx, t); err != nil {
		return err
	}
	var must []string
	customs := 0
	for _, f := range t.fields {
		if f.def != nil {
			customs++
			if f.must {
				must = append(must, f.display)
			}
		}
	}
	c.Detail = fmt.Sprintf("%d fields, %d of them custom", len(t.fields), customs)
	if t.unseen {
		c.State, c.Fault = core.CheckWarned, fieldsUnseen()
	}
	if len(must) > 0 {
		slices.Sort(must)
		c.State, c.Fault = core.CheckWarned, mandatory(must)
	}
	return nil
}

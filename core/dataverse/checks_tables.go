package dataverse

import (
	"context"
	"net/http"

	"ferry/core"
	"ferry/core/rest"
)

// A look is what the steps of one table have found out.
type look struct {
	definition definition
	reach      depth
}

// tables looks whether the wanted tables can be read. Some that cannot be read leave the connection available, none
// makes it unavailable; so the ends are told when all are known.
func (c *checker) tables(ctx context.Context) {
	checks := make([]core.Check, len(c.need.Tables))
	looks := make([]look, len(c.need.Tables))
	done := make([]bool, len(c.need.Tables)) // told already
	readable := false
	for i, table := range c.need.Tables {
		check := &checks[i]
		*check = core.Check{ID: stepRead + table, Title: "May read " + table, DependsOn: []string{stepWhoAmI}}
		if k, ok := c.known[check.ID]; ok && !k.Optional && !c.blocked(*check) && c.recallTable(ctx, table, &looks[i]) {
			*check, done[i], readable = k, true, true
			c.end(k)
			continue
		}
		if !c.begin(check) {
			continue
		}
		looks[i] = c.readTable(ctx, check, table)
		readable = readable || check.State != core.CheckFailed
	}
	for i := range checks {
		if done[i] {
			continue
		}
		if checks[i].State == core.CheckFailed && readable {
			checks[i].State, checks[i].Optional = core.CheckWarned, true // the others can be imported
			c.failed[checks[i].ID] = true
		} else if checks[i].State == core.CheckFailed && len(checks) > 1 && checks[i].Fault.Code == "dataverse.table-not-readable" {
			whole := *noTableReadable()
			whole.Subject, whole.Details, whole.Err = checks[i].Fault.Subject, checks[i].Fault.Details, checks[i].Fault.Err
			checks[i].Fault = &whole
		}
		c.end(checks[i])
	}
	for i, table := range c.need.Tables {
		title := table
		if d := looks[i].definition; d.LogicalName != "" {
			title = c.s.name(d).Plural
		}
		check := core.Check{ID: stepFields + table, Title: "Hidden fields of " + title, DependsOn: []string{stepRead + table}, Optional: true}
		c.step(check, nil, func(check *core.Check) { c.fields(ctx, check, table) })
		check = core.Check{ID: stepTracking + table, Title: "Change tracking of " + title, DependsOn: []string{stepRead + table}, Optional: true}
		c.step(check, nil, func(check *core.Check) {
			switch check.Detail = "on"; {
			case !looks[i].definition.ChangeTrackingEnabled:
				check.Detail = ""
				warn(check, trackingOff(table))
			case looks[i].reach != core.DepthNone && looks[i].reach != core.DepthGlobal:
				warn(check, trackingNeedsAll(table))
			}
		})
	}
}

// recallTable gets what the later steps of a table need without taking the earlier ones.
func (c *checker) recallTable(ctx context.Context, table string, l *look) bool {
	d, err := c.s.definition(ctx, c.s.quick, table)
	if err != nil {
		return false
	}
	l.definition = d
	_, l.reach = c.s.reach(ctx, c.rights, d, "Read")
	return true
}

// readTable looks whether one table can be read, and how much of it.
func (c *checker) readTable(ctx context.Context, check *core.Check, table string) (l look) {
	d, err := c.s.definition(ctx, c.s.quick, table)
	if err != nil {
		fail(check, err)
		return l
	}
	l.definition = d
	check.Title = "May read " + c.s.name(d).Plural
	right, reach := c.s.reach(ctx, c.rights, d, "Read")
	var page struct{ Value []map[string]any }
	if err := c.s.once(ctx, d.EntitySetName+"?$select="+d.PrimaryIDAttribute+"&$top=1", &page); err != nil {
		if f := core.AsFault(err); status(err) == http.StatusForbidden && (f.Kind == core.Permission && f.Code != "dataverse.ip-blocked") {
			err = about(tableNotReadable(table, right), err)
		}
		fail(check, err)
		return l
	}
	l.reach = reach
	switch words := depthWords(reach); {
	case reach == core.DepthUnits && c.atTop(ctx):
		check.Detail = "all business units"
	case words != "":
		warn(check, partlyReadable(table, right, words))
		check.Detail = words
	case reach == core.DepthGlobal:
		check.Detail = "organisation-wide"
	}
	return l
}

// atTop reports whether who signed in belongs to the business unit above all others: those below it are all there are.
func (c *checker) atTop(ctx context.Context) bool {
	if c.who.unit == "" {
		return false
	}
	var unit struct {
		ID     string  `json:"businessunitid"`
		Parent *string `json:"_parentbusinessunitid_value"`
	}
	err := c.s.once(ctx, "businessunits("+c.who.unit+")?$select=businessunitid,_parentbusinessunitid_value", &unit)
	return err == nil && guidOr(unit.ID) == c.who.unit && unit.Parent == nil
}

// depthWords says whose records can be read; "" when it is all of them, or not known.
func depthWords(d depth) string {
	switch d {
	case core.DepthUser:
		return "records of one's own"
	case core.DepthUnit:
		return "your business unit's records"
	case core.DepthUnits:
		return "the records of your business unit and those below it"
	}
	return ""
}

// fields names what column security hides. Not knowing it is no failure.
func (c *checker) fields(ctx context.Context, check *core.Check, table string) {
	var answer struct{ Value []attribute }
	path := entity(table) + "/Attributes?$select=LogicalName,IsSecured,IsValidForRead,AttributeOf"
	if _, err := c.s.quick.JSON(ctx, rest.Request{Address: path, NoRepeat: true}, &answer); err != nil {
		check.Detail = "Dynamics 365 does not say which fields are protected"
		return
	}
	hidden, known := c.s.secured(ctx, answer.Value)
	switch {
	case len(hidden) == 0:
		check.Detail = "none"
	case known:
		check.Detail = listed(hidden, 12)
		warn(check, fieldsHidden(table, listed(hidden, 12)))
	default:
		check.Detail = "perhaps " + listed(hidden, 12)
		warn(check, fieldsPerhapsHidden(table, listed(hidden, 12)))
	}
}

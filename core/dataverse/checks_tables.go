package dataverse

import (
	"context"
	"strings"

	"ferry/core"
	"ferry/core/dataverse/scan"
)

// tables looks whether the wanted tables can be read. Some that cannot be read leave the connection available, none
// makes it unavailable; so the ends are told when all are known.
func (c *checker) tables(ctx context.Context) {
	checks := make([]core.Check, len(c.need.Tables))
	found := make([]definition, len(c.need.Tables))
	depths := make([]depth, len(c.need.Tables))
	readable := false
	for i, table := range c.need.Tables {
		check := &checks[i]
		*check = core.Check{ID: "read-" + table, Title: "May read " + table, DependsOn: []string{"whoami"}}
		if !c.begin(check) {
			continue
		}
		found[i], depths[i] = c.readTable(ctx, check, table)
		readable = readable || check.State != core.CheckFailed
	}
	for i := range checks {
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
		check := core.Check{ID: "tracking-" + table, Title: "Change tracking of " + table, DependsOn: []string{"read-" + table}, Optional: true}
		c.step(check, func(check *core.Check) {
			switch {
			case !found[i].ChangeTrackingEnabled:
				warn(check, trackingOff(table))
			case depths[i] != core.DepthNone && depths[i] != core.DepthGlobal:
				warn(check, trackingNeedsAll(table))
			}
		})
	}
}

// readTable looks whether one table can be read, and how much of it.
func (c *checker) readTable(ctx context.Context, check *core.Check, table string) (definition, depth) {
	d, err := c.s.definition(ctx, c.s.quick, table)
	if err != nil {
		fail(check, err)
		return d, core.DepthNone
	}
	check.Title = "May read " + c.s.name(d).Plural
	right, reach := c.right(d)
	var page struct{ Value []map[string]any }
	if err := c.get(ctx, d.EntitySetName+"?$select="+d.PrimaryIDAttribute+"&$top=1", &page); err != nil {
		if status(err) == 403 {
			f := tableNotReadable(table, right)
			f.Details, f.Err = core.AsFault(err).Details, err
			err = f
		}
		fail(check, err)
		return d, core.DepthNone
	}
	hidden := c.hidden(ctx, table)
	switch words := depthWords(reach); {
	case words != "":
		warn(check, partlyReadable(table, words))
		check.Detail = words
		if len(hidden) > 0 {
			check.Detail += "; protected fields: " + listed(hidden, 8)
		}
	case len(hidden) > 0:
		warn(check, fieldsHidden(table))
		check.Detail = "protected fields: " + listed(hidden, 8)
	case reach == core.DepthGlobal:
		check.Detail = "organisation-wide"
	}
	return d, reach
}

// right is the privilege that reading a table needs, and how far it reaches; DepthNone when that is not known.
func (c *checker) right(d definition) (string, depth) {
	name := "prvRead" + d.SchemaName
	if d.SchemaName == "" {
		name = "prvRead" + d.LogicalName
	}
	if reach := c.depths[strings.ToLower(name)]; reach != core.DepthNone {
		return name, reach
	}
	if d.IsActivity { // activities share one set of rights
		name = "prvReadActivity"
	}
	return name, c.depths[strings.ToLower(name)]
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

// hidden are the fields of a table to which column security applies. Not knowing them is no failure.
func (c *checker) hidden(ctx context.Context, table string) []string {
	var answer struct {
		Value []struct {
			LogicalName    string
			IsSecured      *bool
			IsValidForRead *bool
			AttributeOf    string
		}
	}
	path := entity(table) + "/Attributes?$select=LogicalName,IsSecured,IsValidForRead,AttributeOf"
	if c.get(ctx, path, &answer) != nil {
		return nil
	}
	var names []string
	for _, a := range answer.Value {
		if is(a.IsSecured, true) && !is(a.IsValidForRead, false) && a.AttributeOf == "" {
			names = append(names, a.LogicalName)
		}
	}
	return names
}

func guidOr(text string) string {
	g, _ := scan.GUID(text)
	return g
}

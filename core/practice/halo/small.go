package halo

import "strings"

// saveTopLevel checks a top level: what customers hang below.
func (c *call) saveTopLevel(old, next, in record) error {
	if strings.TrimSpace(next.text("name")) == "" {
		return bad("Please enter a value for the field Name.")
	}
	if p := next.int("parentid"); p != 0 && c.store.get("toplevel", p) == nil {
		return bad("The field parentid has a value that does not exist.")
	}
	for up := next.int("parentid"); up != 0; up = c.store.get("toplevel", up).int("parentid") {
		if up == next.id() {
			return bad("A top level cannot be below itself.")
		}
	}
	return nil
}

func (c *call) showTopLevel(r record) {
	long := r.text("name")
	for up := c.store.get("toplevel", r.int("parentid")); up != nil; up = c.store.get("toplevel", up.int("parentid")) {
		long = up.text("name") + "/" + long
	}
	r["long_name"] = long
}

// agent tells as whom the application works. How a real Halo tells that not all customers may be used is not known; the
// name of the member is a setting.
func (c *call) agent() error {
	me := record{"id": 7, "name": "Ferry", "email": "", "isapiagent": true, "team": "1st Line Support"}
	switch name := orText(c.settings.AgentRight, "all_clients_allowed"); name {
	case "none":
	default:
		me[name] = !c.settings.Restricted
	}
	return c.say(200, me)
}

// control tells what Halo's own Dynamics integration is set to.
func (c *call) control() error {
	return c.say(200, record{
		"dynamicscrm_url": "", "dynamicscrm_authorized": false, "dynamicscrm_accountfilter": "", "dynamicscrm_userfilter": "", "dynamicscrm_sitenamefilter": "",
		"dynamicscrmdefaultsite": 0, "dynamicscrmdefaultsite_name": "", "halointegrator_dynamics365crm": false, "dynamicscrm_fieldmappings": []record{},
	})
}

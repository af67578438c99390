package setup

import "strings"

// ids takes client ID and tenant, the labelled ones first.
func (f *finder) ids() {
	clients, sureClients := f.ranked(classClient)
	tenants, sureTenants := f.ranked(classTenant)
	if len(clients) > 0 && len(tenants) > 0 && clients[0] == tenants[0] {
		// One ID under both names: the other place of the shorter list decides.
		if len(tenants) > 1 {
			tenants = tenants[1:]
		} else if len(clients) > 1 {
			clients = clients[1:]
		} else {
			tenants = nil
		}
	}
	loose := f.loose(clients, tenants)
	domain := f.domain()
	f.choose(clients, sureClients, &f.ClientID, FieldClientID, "Client ID")
	f.choose(tenants, sureTenants, &f.Tenant, FieldTenant, "Tenant")
	if f.Tenant == "" && domain != "" {
		f.Tenant = domain
		f.note(NoteTaken, FieldTenant, "Tenant: "+domain)
	}
	f.guess(loose)
	for _, v := range f.values {
		if v.kind == kindGUID && v.class == classObject && v.text != f.ClientID && v.text != f.Tenant {
			f.Notes = append(f.Notes, Note{Kind: NoteObjectID, Field: FieldClientID, Text: "The object ID " + v.text + " was left out: Ferry needs the Application (client) ID.", quiet: f.ClientID != ""})
			break
		}
	}
}

// loose are the GUIDs of which nothing is said.
func (f *finder) loose(clients, tenants []string) []string {
	said := make(map[string]bool)
	for _, id := range append(append([]string{}, clients...), tenants...) {
		said[id] = true
	}
	for _, v := range f.values {
		if v.kind == kindGUID && v.class != classNone {
			said[v.text] = true
		}
	}
	var out []string
	for _, v := range f.values {
		if v.kind == kindGUID && v.class == classNone && !v.weak && !said[v.text] && !known(v.text) {
			out = append(out, v.text)
		}
	}
	return distinct(out)
}

// choose takes the first of several, and says so when another one could be meant.
func (f *finder) choose(ids []string, sure int, into *string, field Field, title string) {
	var usable []string
	for _, id := range ids {
		if !known(id) {
			usable = append(usable, id)
		}
	}
	if len(usable) == 0 {
		return
	}
	*into = usable[0]
	if sure > 1 && len(usable) > 1 {
		offer := usable[:min(sure, len(usable), 6)]
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: title + ": there are several. The first one was taken: " + usable[0] + ". Choose another one if you mean it.", Field: field, Offer: append([]string{}, offer...)})
		return
	}
	f.note(NoteTaken, field, title+": "+usable[0])
}

// guess takes IDs of which nothing is said where one is still wanted.
func (f *finder) guess(loose []string) {
	const later = " If it is the other way round, choose; the environment's answer settles it too."
	switch {
	case len(loose) == 0 || f.ClientID != "" && f.Tenant != "":
		return
	case f.ClientID == "" && f.Tenant == "" && len(loose) == 2:
		f.ClientID, f.Tenant = loose[0], loose[1]
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: "Two IDs without a name: the first one was taken as the client ID, the second one as the tenant." + later, Field: FieldClientID, Offer: []string{loose[0], loose[1]}})
	case f.ClientID == "" && len(loose) == 1:
		f.ClientID = loose[0]
		text := "An ID without a name was taken as the client ID: " + loose[0] + "."
		if f.Tenant == "" {
			text += " It could also be the tenant."
		}
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: text, Field: FieldClientID, Offer: []string{loose[0]}})
	case f.ClientID != "" && len(loose) == 1 && (f.Tenant == ""):
		f.Tenant = loose[0]
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: "An ID without a name was taken as the tenant: " + loose[0] + ".", Field: FieldTenant, Offer: []string{loose[0]}})
	case f.ClientID == "":
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: "There are several IDs without a name. Choose the client ID.", Field: FieldClientID, Offer: loose[:min(len(loose), 6)]})
	default:
		f.Notes = append(f.Notes, Note{Kind: NoteUncertain, Text: "There are several IDs without a name. Choose the tenant, or leave it empty: Ferry asks the environment.", Field: FieldTenant, Offer: loose[:min(len(loose), 6)]})
	}
}

// domain is the tenant as a domain: what is called so, else one of Microsoft's own.
func (f *finder) domain() string {
	var weak, own, mail string
	for _, v := range f.values {
		host := v.text
		if v.kind == kindMail {
			host = host[strings.IndexByte(host, '@')+1:]
		} else if v.kind != kindDomain {
			continue
		}
		host = strings.TrimSuffix(host, ".")
		onMicrosoft := strings.HasSuffix(host, ".onmicrosoft.com") || strings.HasSuffix(host, ".onmicrosoft.us") || strings.HasSuffix(host, ".partner.onmschina.cn") || strings.HasSuffix(host, ".onmicrosoft.de")
		switch {
		case v.kind == kindMail && onMicrosoft && mail == "":
			mail = host
		case v.kind == kindMail || microsofts(host):
		case v.class == classTenant && v.strong:
			return host
		case v.class == classTenant && weak == "":
			weak = host
		case onMicrosoft && own == "":
			own = host
		}
	}
	for _, host := range []string{weak, own, mail} {
		if host != "" {
			return host
		}
	}
	return ""
}

// microsofts reports whether a domain is Microsoft's own and so nobody's tenant.
func microsofts(host string) bool {
	for _, d := range []string{"microsoft.com", "dynamics.com", "microsoftonline.com", "microsoftonline.us", "windows.net", "azure.com", "office.com", "powerapps.com", "dynamics.cn", "appsplatform.us", "microsoftdynamics.us", "aka.ms"} {
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

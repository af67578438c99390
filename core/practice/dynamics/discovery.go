package dynamics

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// An Instance is an environment as the Global Discovery Service tells it.
type Instance struct {
	ID             string `json:"Id"`
	UniqueName     string
	URLName        string `json:"UrlName"`
	FriendlyName   string
	State          int // 0 is enabled, 1 is disabled
	Version        string
	URL            string `json:"Url"`
	APIURL         string `json:"ApiUrl"`
	LastUpdated    string
	SchemaType     string
	OrganizationID string `json:"OrganizationId"`
	EnvironmentID  string `json:"EnvironmentId"`
	TenantID       string `json:"TenantId"`
	Region         string
	Type           int `json:"OrganizationType"`
}

// A Discovery plays the Global Discovery Service: it lists the environments that a person may come into. An
// application gets an empty list.
//
// Dataverse: "Discover user organizations".
type Discovery struct {
	check     func(bearer, audience string) (Identity, error)
	authority string

	mu      sync.Mutex
	list    []Instance
	unknown []string
}

// NewDiscovery makes the service. check is as in Options; the audience is this service's own address.
func NewDiscovery(authority string, check func(bearer, audience string) (Identity, error)) *Discovery {
	return &Discovery{check: check, authority: authority}
}

// SetInstances says which environments there are.
func (d *Discovery) SetInstances(list ...Instance) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = slices.Clone(list)
}

// Unknown returns what was answered 501.
func (d *Discovery) Unknown() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.unknown)
}

// ServeHTTP answers GET /api/discovery/v2.0/Instances with $select.
func (d *Discovery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	var who Identity
	var err error
	if ok {
		who, err = d.check(bearer, "https://"+r.Host)
	}
	if !ok || err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer authorization_uri="+d.authority+"/oauth2/authorize, resource_id=https://"+r.Host+"/")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/api/discovery/v2.0/Instances")
	query := r.URL.Query()
	if r.Method != http.MethodGet || !ok || path != "" || !onlySelect(query) {
		d.mu.Lock()
		d.unknown = append(d.unknown, r.Method+" "+r.URL.Path+" (discovery)")
		d.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotImplemented)
		_, _ = w.Write([]byte(`{"error":{"code":"0x80040315","message":"The practice environment does not know this."}}`))
		return
	}
	d.mu.Lock()
	list := slices.Clone(d.list)
	d.mu.Unlock()
	if who.Application {
		list = nil
	}
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.Header().Set("OData-Version", "4.0")
	_ = json.NewEncoder(w).Encode(map[string]any{ // a client that went away needs no answer
		"@odata.context": "https://" + r.Host + "/api/discovery/v2.0/$metadata#Instances", "value": picked(list, query.Get("$select")),
	})
}

func onlySelect(q url.Values) bool {
	for name := range q {
		if name != "$select" {
			return false
		}
	}
	return true
}

// picked are the members that $select names; all of them when it names none.
func picked(list []Instance, selected string) []map[string]any {
	out := make([]map[string]any, 0, len(list))
	for _, i := range list {
		raw, _ := json.Marshal(i) // texts and numbers can always be written
		all := map[string]any{}
		_ = json.Unmarshal(raw, &all)
		if selected != "" {
			names := strings.Split(selected, ",")
			for name := range all {
				if !slices.Contains(names, name) {
					delete(all, name)
				}
			}
		}
		out = append(out, all)
	}
	return out
}

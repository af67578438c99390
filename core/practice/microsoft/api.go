package microsoft

import (
	"net/http"
	"strconv"
	"strings"
)

const formLimit = 1 << 20

// API is what programs call. Serve it over https.
func (a *Authority) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", a.discovery)
	mux.HandleFunc("GET /{tenant}/discovery/instance", a.instance)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", a.token)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/devicecode", a.deviceCode)
	mux.HandleFunc("GET /adfs/.well-known/openid-configuration", a.federated)
	for _, end := range []string{"", "/{$}"} {
		mux.HandleFunc("POST /adfs/oauth2/token"+end, a.atFederation(a.token))
		mux.HandleFunc("POST /adfs/oauth2/devicecode"+end, a.atFederation(a.deviceCode))
	}
	for _, path := range []string{"/{tenant}/adminconsent", "/{tenant}/v2.0/adminconsent", "/{tenant}/oauth2/v2.0/authorize", "/{tenant}/device", "/adfs/oauth2/authorize"} {
		mux.HandleFunc("GET "+path, a.toPages)
	}
	mux.HandleFunc("/", unknown)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &status{ResponseWriter: w}
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		if fails, after := a.busy(); fails {
			if after > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(after))
			}
			seen.WriteHeader(http.StatusServiceUnavailable)
		} else {
			mux.ServeHTTP(seen, r)
		}
		a.note(Entry{
			Method: r.Method, Path: r.URL.Path, Status: seen.code, Code: seen.refused,
			ClientID: r.PostForm.Get("client_id"), Grant: r.PostForm.Get("grant_type"), Scope: r.PostForm.Get("scope"),
		})
	})
}

// atFederation lets a request to AD FS be answered as one to a tenant of that name.
func (a *Authority) atFederation(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.SetPathValue("tenant", federation)
		next(w, r)
	}
}

// status remembers how a request was answered, for the log.
type status struct {
	http.ResponseWriter
	code    int
	refused int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// refused answers with r and notes its code.
func (a *Authority) refused(w http.ResponseWriter, req *http.Request, r *refusal) {
	if s, ok := w.(*status); ok {
		s.refused = r.code
	}
	a.answer(w, req, r)
}

// unknown says that this is not played here. A test that meets it fails.
func unknown(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusNotImplemented, map[string]string{
		"error":             "not_played",
		"error_description": "The practice environment does not play " + r.Method + " " + r.URL.Path + ".",
	})
}

// discovery is the OpenID document of the tenant.
func (a *Authority) discovery(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	known, common := a.tenant(name)
	if !known {
		f := refuse(90002, "")
		f.kind = "invalid_tenant"
		a.refused(w, r, f)
		return
	}
	pages, issuer := a.bases()
	if issuer == "" {
		issuer = "https://" + r.Host
	}
	if pages == "" {
		pages = issuer
	}
	id := a.opts.Tenant
	if common {
		id = "{tenantid}"
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                issuer + "/" + id + "/v2.0",
		"authorization_endpoint":                pages + "/" + name + "/oauth2/v2.0/authorize",
		"token_endpoint":                        issuer + "/" + name + "/oauth2/v2.0/token",
		"jwks_uri":                              issuer + "/" + name + "/discovery/v2.0/keys",
		"response_modes_supported":              []string{"query", "form_post"},
		"response_types_supported":              []string{"code"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"HS256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
		"device_authorization_endpoint":         issuer + "/" + name + "/oauth2/v2.0/devicecode",
		"tenant_region_scope":                   "EU",
		"cloud_instance_name":                   "practice",
	})
}

// instance answers who else speaks for this authority: nobody.
func (a *Authority) instance(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if _, issuer := a.bases(); issuer != "" {
		host = strings.TrimPrefix(issuer, "https://")
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + host + "/" + a.opts.Tenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []map[string]any{{
			"preferred_network": host, "preferred_cache": host, "aliases": []string{host},
		}},
	})
}

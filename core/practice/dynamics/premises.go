package dynamics

import (
	"io"
	"net/http"
	"strings"
)

// Premises say what a server at a company is like: Dynamics 365 or CRM, installed by somebody.
//
// Dynamics 365 Customer Engagement (on-premises): "Use the Web API"; the Web API came with CRM 2016 (8.0).
type Premises struct {
	// Organization is the path segment in which the Web API lies: https://host/Contoso/api/data/v8.2/. "" is none, as
	// with Internet-facing deployment.
	Organization string

	// Version is the newest of its Web API: "v8.0" to "v9.1". "" is a server without one: 2011 to 2015.
	Version string

	// Windows signs people in by NTLM. nil leaves that to AD FS.
	Windows *Windows
}

// versions are the product's version and the newest one of the Web API.
func (p *Premises) versions() (product, newest string) {
	switch p.Version {
	case "v8.0":
		return "8.0.1.79", p.Version
	case "v8.1":
		return "8.1.0.359", p.Version
	case "v8.2":
		return "8.2.29.13", p.Version
	case "v9.0":
		return "9.0.53.7", p.Version
	case "v9.1":
		return "9.1.32.4", p.Version
	}
	return "7.0.3543.0", ""
}

// root is the path that stands before /api/data.
func (s *Server) root() string {
	if s.premises == nil || s.premises.Organization == "" {
		return ""
	}
	return "/" + s.premises.Organization
}

// enters answers what a server at a company answers otherwise; false when that was all.
func (s *Server) enters(w http.ResponseWriter, r *http.Request) bool {
	path, inside := strings.CutPrefix(r.URL.Path, s.root()+"/")
	switch {
	case inside && strings.HasPrefix(strings.ToLower(path), "xrmservices/2011/"):
		s.soap(w, r)
		return false
	case s.newest == "" || !inside:
		notFound(w)
		return false
	}
	return true
}

// notFound is how IIS says that there is nothing.
func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Server", "Microsoft-IIS/8.5")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"><html><head><title>404 - File or directory not found.</title></head><body><h1>Server Error</h1><h2>404 - File or directory not found.</h2></body></html>")
}

// soap is the older service, of which only the description is played.
func (s *Server) soap(w http.ResponseWriter, r *http.Request) {
	if s.premises.Windows != nil {
		if _, ok := s.windows(w, r); !ok {
			return
		}
	}
	if r.Method != http.MethodGet {
		s.fail(w, r, prefer{}, unknown("the SOAP service"))
		return
	}
	if r.URL.RawQuery != "" {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?><wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" targetNamespace="http://schemas.microsoft.com/xrm/2011/Contracts"></wsdl:definitions>`)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<html><head><title>OrganizationService Service</title></head><body><h1>OrganizationService Service</h1><p>You have created a service.</p></body></html>")
}

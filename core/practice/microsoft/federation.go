package microsoft

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// federation is what stands in an address in place of a tenant when the authority plays a company's own AD FS: it
// has no tenants, knows the resource by a parameter of its own, and refuses in words of its own.
//
// AD FS: "AD FS OpenID Connect/OAuth flows and application scenarios".
const federation = "adfs"

// federated answers AD FS's discovery document.
func (a *Authority) federated(w http.ResponseWriter, r *http.Request) {
	pages, issuer := a.bases()
	if issuer == "" {
		issuer = "https://" + r.Host
	}
	if pages == "" {
		pages = issuer
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                issuer + "/adfs",
		"access_token_issuer":                   strings.Replace(issuer, "https://", "http://", 1) + "/adfs/services/trust",
		"authorization_endpoint":                pages + "/adfs/oauth2/authorize/",
		"token_endpoint":                        issuer + "/adfs/oauth2/token/",
		"device_authorization_endpoint":         issuer + "/adfs/oauth2/devicecode",
		"jwks_uri":                              issuer + "/adfs/discovery/keys",
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query", "form_post"},
		"grant_types_supported":                 []string{"authorization_code", "refresh_token", "client_credentials", deviceGrant},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
		"scopes_supported":                      []string{"openid", "profile", "email", "user_impersonation"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// named puts the resource parameter, which AD FS wants, into the words of the rest: it is the one that counts.
func named(form url.Values) *refusal {
	resource := strings.TrimRight(form.Get("resource"), "/")
	if resource == "" {
		return nil
	}
	if u, err := url.Parse(resource); err != nil || u.Scheme != "https" || u.Host == "" {
		return &refusal{code: 9602, status: http.StatusBadRequest, kind: "invalid_resource", text: "The received 'resource' parameter is invalid. The authorization server can not find a registered resource with the specified identifier."}
	}
	scopes := []string{resource + "/.default"}
	for _, s := range strings.Fields(form.Get("scope")) {
		if openID(s) {
			scopes = append(scopes, s)
		}
	}
	if form.Get("grant_type") != "client_credentials" {
		scopes = append(scopes, "openid", "offline_access") // AD FS gives refresh tokens unasked
	}
	form.Set("scope", strings.Join(scopes, " "))
	return nil
}

// federatedWords are how AD FS calls what Microsoft Entra refuses with a code; "" is not known.
func federatedWords(code int) string {
	switch code {
	case 700016:
		return "MSIS9607: The 'client_id' parameter in the request is invalid. No registered client is found with this identifier."
	case 50011, 500113, 500112:
		return "MSIS9609: The 'redirect_uri' parameter is invalid. No redirect uri with the specified value is registered for the received 'client_id'."
	case 500011, 9602, 70011:
		return "MSIS9602: The received 'resource' parameter is invalid. The authorization server can not find a registered resource with the specified identifier."
	case 7000215, 7000222, 7000218, 700027:
		return "MSIS9622: Client authentication failed. Please verify the credential provided for client authentication is valid."
	case 700024, 700023, 50027, 700021:
		return "MSIS9641: The received 'client_assertion' parameter is invalid."
	case 70000, 70008, 700082, 54005, 50173, 501481:
		return "MSIS9612: The authorization code or the refresh token received is invalid, expired or was used before."
	case 65004:
		return "MSIS9448: The user declined."
	}
	return ""
}

// federatedAnswer writes a refusal as AD FS does: no code of its own, no correlation id in the body.
func (a *Authority) federatedAnswer(w http.ResponseWriter, r *refusal) {
	text := federatedWords(r.code)
	if text == "" {
		text = fmt.Sprintf("MSIS%d: %s", 9000+r.code%1000, r.text)
	}
	status := r.status
	if status == http.StatusUnauthorized {
		status = http.StatusBadRequest
	}
	writeJSON(w, status, map[string]any{"error": r.kind, "error_description": text})
}

// inFederation reports whether a request is one to AD FS.
func inFederation(r *http.Request) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return strings.EqualFold(first, federation)
}

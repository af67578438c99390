package microsoft

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A refusal is an answer with an AADSTS code.
type refusal struct {
	code   int
	status int
	kind   string // "invalid_client"
	text   string // without the code
	claims string // that a new sign-in must have
}

func (r refusal) description(trace, correlation string, at time.Time) string {
	return fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
		r.code, r.text, trace, correlation, at.UTC().Format("2006-01-02 15:04:05Z"))
}

// refuse makes a refusal from a code; detail says more than the table's own words.
func refuse(code int, detail string) *refusal {
	r := refusal{code: code, status: http.StatusBadRequest, kind: "invalid_request", text: detail}
	if k, ok := kindOf(code); ok {
		r.kind, r.status = k.kind, k.status
		if r.text == "" {
			r.text = k.text
		}
	}
	if r.text == "" {
		r.text = "The practice environment was asked to fail with this code."
	}
	return &r
}

type kind struct {
	kind   string
	status int
	text   string
}

// kindOf says how a code is answered at the token address.
func kindOf(code int) (kind, bool) {
	const bad, unauthorized = http.StatusBadRequest, http.StatusUnauthorized
	grant := func(text string) (kind, bool) { return kind{"invalid_grant", bad, text}, true }
	interaction := func(text string) (kind, bool) { return kind{"interaction_required", bad, text}, true }
	client := func(text string) (kind, bool) { return kind{"invalid_client", unauthorized, text}, true }
	request := func(text string) (kind, bool) { return kind{"invalid_request", bad, text}, true }
	busy := func(text string) (kind, bool) {
		return kind{"temporarily_unavailable", http.StatusServiceUnavailable, text}, true
	}
	switch code {
	case 50011:
		return request("The redirect URI specified in the request does not match the redirect URIs configured for the application.")
	case 50020:
		return grant("User account from identity provider does not exist in this tenant and cannot access the application.")
	case 50034:
		return grant("The user account does not exist in this directory. To sign into this application, the account must be added to the directory.")
	case 50053:
		return grant("The account is locked, you've tried to sign in too many times with an incorrect user ID or password.")
	case 50055:
		return grant("The password is expired.")
	case 50057:
		return grant("The user account is disabled.")
	case 50126:
		return grant("Error validating credentials due to invalid username or password.")
	case 50058:
		return kind{"login_required", bad, "A silent sign-in request was sent but no user is signed in."}, true
	case 50059:
		return request("No tenant-identifying information found in either the request or implied by any provided credentials.")
	case 50074, 50076, 50079:
		return interaction("Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication.")
	case 50078:
		return interaction("Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication.")
	case 50105:
		return interaction("Your administrator has configured the application to block users unless they are specifically granted access to it.")
	case 53000, 53001, 53003:
		return interaction("Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
	case 54005:
		return grant("OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	case 65001:
		return grant("The user or administrator has not consented to use the application.")
	case 65004:
		return kind{"access_denied", bad, "User declined to consent to access the app."}, true
	case 70000:
		return grant("Provided grant is invalid or malformed.")
	case 70001:
		return kind{"unauthorized_client", bad, "The application is disabled."}, true
	case 70003:
		return kind{"unsupported_grant_type", bad, "The app requested an unsupported grant type."}, true
	case 70008:
		return grant("The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.")
	case 70011:
		return kind{"invalid_scope", bad, "The provided request must include a 'scope' input parameter that is valid."}, true
	case 70043:
		return grant("The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.")
	case 90002:
		return kind{"invalid_request", bad, "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."}, true
	case 90033, 50033, 50087:
		return busy("A transient error has occurred. Please try again.")
	case 90094:
		return interaction("An administrator of the tenant has set a policy that prevents you from granting the application the permissions it is requesting.")
	case 500011:
		return kind{"invalid_resource", bad, "The resource principal was not found in the tenant."}, true
	case 500112:
		return grant("The reply address does not match the reply address provided when requesting Authorization code.")
	case 501481:
		return grant("The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	case 50173:
		return grant("The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.")
	case 650053:
		return kind{"invalid_client", bad, "The application asked for a scope that doesn't exist on the resource."}, true
	case 650056, 650057:
		return kind{"invalid_client", bad, "Misconfigured application: it lists no permission for the resource."}, true
	case 700016:
		return kind{"unauthorized_client", bad, "Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant."}, true
	case 700025:
		return client("Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
	case 50027:
		return request("JWT token is invalid or malformed.")
	case 700021:
		return client("Client assertion application identifier doesn't match 'client_id' parameter.")
	case 700023:
		return client("Client assertion audience claim does not match Realm issuer.")
	case 700024:
		return client("Client assertion is not within its valid time range.")
	case 7000112:
		return kind{"unauthorized_client", unauthorized, "Application is disabled."}, true
	case 500113:
		return request("No reply address is registered for the application.")
	case 50072:
		return interaction("User needs to enroll for second factor authentication (interactive).")
	case 53002:
		return interaction("The application used is not an approved application for conditional access.")
	case 50002, 500021, 500022, 500212, 500213:
		return kind{"access_denied", bad, "Access to the tenant is denied. A policy of your organization or of the other one does not allow it."}, true
	case 70016:
		return kind{"authorization_pending", bad, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."}, true
	case 70019, 70020:
		return kind{"expired_token", bad, "The provided value for the input parameter 'device_code' is not valid. This device code has expired."}, true
	case 9002326:
		return request("Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.")
	case 700027:
		return client("The certificate with identifier used to sign the client assertion is not registered on application.")
	case 700082:
		return grant("The refresh token has expired due to inactivity.")
	case 900144:
		return request("The request body must contain a parameter that is missing.")
	case 1002012:
		return kind{"invalid_scope", bad, "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."}, true
	case 7000215:
		return client("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app.")
	case 7000218:
		return client("The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case 7000222:
		return client("The provided client secret keys for app are expired. Visit the Azure portal to create new keys for your app.")
	case 9002325:
		return request("Proof Key for Code Exchange is required for cross-origin authorization code redemption.")
	case 9002327:
		return request("Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.")
	}
	return kind{}, false
}

// answer writes a refusal as Entra does: JSON with error, error_codes, trace and correlation ids.
func (a *Authority) answer(w http.ResponseWriter, req *http.Request, r *refusal) {
	if inFederation(req) {
		a.federatedAnswer(w, r)
		return
	}
	trace, correlation, at := guid(), req.Header.Get("client-request-id"), a.now()
	if correlation == "" {
		correlation = guid()
	}
	body := map[string]any{
		"error":             r.kind,
		"error_description": r.description(trace, correlation, at),
		"error_codes":       []int{r.code},
		"timestamp":         at.UTC().Format("2006-01-02 15:04:05Z"),
		"trace_id":          trace,
		"correlation_id":    correlation,
		"error_uri":         "https://login.microsoftonline.com/error?code=" + strconv.Itoa(r.code),
	}
	if r.claims != "" {
		body["claims"], body["suberror"] = r.claims, "basic_action"
	}
	if r.code == 0 {
		delete(body, "error_codes")
		delete(body, "error_uri")
		body["error_description"] = r.text
	}
	if r.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, r.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that went away needs no answer
}

package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// ErrBroken is in the error of a body that ended too early or is damaged: the same request may well succeed.
var ErrBroken = errors.New("rest: the answer broke off")

func isBroken(err error) bool { return errors.Is(err, ErrBroken) }

// An Answer is a refusal, or a web page where data was asked for. Its Message is the service's own text: it may hold
// people's data and is shown nowhere unredacted.
type Answer struct {
	Status        int
	Code          string // a number, or a word of a standard: never a text that the service made up
	Message       string
	CorrelationID string
	Header        http.Header
	RetryAfter    time.Duration // 0: it named none
	HTML          bool
	Body          []byte // as it came, bounded, for services that refuse in shapes of their own; it may hold people's data
}

// Error holds no text of the service.
func (a *Answer) Error() string {
	s := "HTTP " + strconv.Itoa(a.Status)
	if a.Code != "" {
		s += ", code " + a.Code
	}
	return s
}

// Details is what a Fault's Details say of the answer.
func (a *Answer) Details(at time.Time) string {
	s := a.Error()
	if a.CorrelationID != "" {
		s += ", correlation id " + a.CorrelationID
	}
	return fmt.Sprintf("%s, %s", s, at.UTC().Format(time.RFC3339))
}

// newAnswer reads a refusal. Both {"error":{"code","message"}} and {"error":"…","error_description":"…"} are known.
func newAnswer(status int, header http.Header, body []byte, now time.Time) *Answer {
	a := &Answer{Status: status, Header: header, RetryAfter: retryAfter(header, now), Body: body}
	for _, name := range []string{"X-Ms-Service-Request-Id", "Req_id", "REQ_ID", "X-Ms-Correlation-Request-Id", "X-Request-Id", "Request-Id"} {
		if id := header.Get(name); idShape.MatchString(id) {
			a.CorrelationID = id
			break
		}
	}
	a.HTML = looksLikePage(header, body)
	var in struct {
		Error   json.RawMessage `json:"error"`
		Text    string          `json:"error_description"`
		Message string          `json:"message"`
	}
	if a.HTML || json.Unmarshal(body, &in) != nil {
		return a
	}
	var inner struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	var word string
	switch {
	case json.Unmarshal(in.Error, &inner) == nil:
		a.Code, a.Message = plainCode(inner.Code), inner.Message
	case json.Unmarshal(in.Error, &word) == nil:
		a.Code, a.Message = plainCode(word), in.Text
	default:
		a.Message = in.Message
	}
	return a
}

// plainCode returns a code of an error when it is one: a number as Dataverse and Entra give them, or a word that the
// standards know. Any other word could be a value of somebody's record.
func plainCode(s string) string {
	if codeShape.MatchString(s) || slices.Contains(knownCodes(), s) {
		return s
	}
	return ""
}

var (
	codeShape = regexp.MustCompile(`^(0[xX][0-9A-Fa-f]{1,8}|-?[0-9]{1,10}|AADSTS[0-9]{4,8})$`)
	idShape   = regexp.MustCompile(`^\{?[0-9A-Fa-f][0-9A-Fa-f-]{6,62}[0-9A-Fa-f]\}?$`)
)

// knownCodes are the words of OAuth 2.0 (RFC 6749, RFC 8628), of OpenID Connect, of bearer tokens (RFC 6750), and those
// that Microsoft's gateways use.
func knownCodes() []string {
	return []string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
		"access_denied", "unsupported_response_type", "server_error", "temporarily_unavailable",
		"authorization_pending", "slow_down", "expired_token", "invalid_token", "insufficient_scope", "insufficient_claims",
		"interaction_required", "login_required", "consent_required", "account_selection_required", "invalid_resource",
		"BadRequest", "Unauthorized", "Forbidden", "NotFound", "Conflict", "TooManyRequests", "InternalServerError",
		"BadGateway", "ServiceUnavailable", "GatewayTimeout", "InvalidAuthenticationToken", "ExpiredAuthenticationToken",
		"AuthenticationFailed", "AuthorizationFailed",
	}
}

// plainWord returns s when it is short and cannot be anybody's text; else "".
func plainWord(s string) string {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		ch := s[i]
		if !(ch >= '0' && ch <= '9' || ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' || ch == '.' || ch == '_' || ch == '-') {
			return ""
		}
	}
	return s
}

// looksLikePage reports whether a web page came. What begins like JSON is none, whatever it is called.
func looksLikePage(h http.Header, body []byte) bool {
	body = bytes.TrimLeft(body, "\xef\xbb\xbf \t\r\n")
	if len(body) > 0 {
		if body[0] == '{' || body[0] == '[' {
			return false
		}
		if body[0] == '<' {
			return true
		}
	}
	t := strings.ToLower(h.Get("Content-Type"))
	return strings.Contains(t, "text/html") || strings.Contains(t, "xhtml")
}

// retryAfter reads seconds or a date; a date is held against the service's own clock when it tells it. At least one
// second when the service named anything.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		const most = 365 * 24 * 3600
		if !(s >= 1) { // zero, negative and NaN
			return time.Second
		}
		return time.Duration(min(s, most) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return max(at.Sub(now), time.Second)
}

// refused makes the Fault of a refusing answer: the technology's own, or the general one.
func (c *Client) refused(a *Answer) *core.Fault {
	var f *core.Fault
	if c.c.Fault != nil {
		f = c.c.Fault(a)
	}
	if f == nil {
		f = general(c.c.Service, a, c.c.Now())
	}
	whole := *f
	if whole.Owner == "" {
		whole.Owner = c.c.Admin
	}
	if whole.Details == "" {
		whole.Details = a.Details(c.c.Now())
	}
	var own *Answer
	switch {
	case whole.Err == nil:
		whole.Err = a
	case !errors.As(whole.Err, &own):
		whole.Err = errors.Join(a, whole.Err)
	}
	return &whole
}

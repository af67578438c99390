package halo

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// A failure is an answer that says what is wrong.
type failure struct {
	status  int
	message string
	fields  map[string][]string // of an answer that the model was not understood
	retry   int                 // seconds of Retry-After; 0 sends none
	unknown bool                // the emulator does not know it, Halo may
}

func (f *failure) Error() string { return f.message }

func bad(message string) error { return &failure{status: http.StatusBadRequest, message: message} }

// malformed is what ASP.NET says of a body that does not fit the description.
func malformed(field, message string) error {
	return &failure{status: http.StatusBadRequest, message: message, fields: map[string][]string{field: {message}}}
}

func missing() error {
	return &failure{status: http.StatusNotFound, message: "The item requested could not be found."}
}

// forbidden is what a scope or the agent's role does not allow.
func forbidden(message string) error {
	return &failure{status: http.StatusForbidden, message: message}
}

// unknown is what the emulator says to what it does not play.
func unknown(what string) error {
	return &failure{status: http.StatusNotImplemented, message: "The practice environment does not know " + what + ".", unknown: true}
}

func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return &failure{status: http.StatusInternalServerError, message: "An unexpected error occurred."}
}

// Refuse answers with a status in the shapes that Halo has for it; a script's refusals come here as well.
//
// Halo API: 500 is a .NET exception, 502 and 503 come from the gateway and are no JSON, a 401 is empty (inferred).
func (s Settings) Refuse(w http.ResponseWriter, status int, message string, retryAfter *int) {
	f := &failure{status: status, message: message}
	if retryAfter != nil {
		w.Header().Set("Retry-After", strconv.Itoa(*retryAfter))
	}
	s.write(w, f)
}

func (s Settings) write(w http.ResponseWriter, f *failure) {
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.retry))
	}
	switch {
	case f.status == http.StatusUnauthorized && !s.Body401:
		w.WriteHeader(f.status)
	case f.status == http.StatusTooManyRequests:
		s.limited(w, f)
	case f.status >= 502 && f.status <= 504:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte("<html><head><title>" + http.StatusText(f.status) + "</title></head><body><center><h1>" + http.StatusText(f.status) + "</h1></center></body></html>"))
	case f.status == http.StatusInternalServerError:
		answer(w, f.status, map[string]any{"ClassName": "System.Exception", "Message": orText(f.message, "Object reference not set to an instance of an object."),
			"Data": nil, "InnerException": nil, "StackTraceString": "   at NetHelpDesk.API.Controllers"})
	case f.fields != nil && s.Errors == "":
		answer(w, f.status, map[string]any{"errors": f.fields, "title": "One or more validation errors occurred.", "status": f.status})
	default:
		s.shaped(w, f)
	}
}

// shaped tells a refusal in the shape that is set. Clients of live instances read all of these.
func (s Settings) shaped(w http.ResponseWriter, f *failure) {
	switch s.Errors {
	case ErrorsResultCode:
		answer(w, f.status, map[string]any{"resultCode": f.status, "errorMessage": f.message})
	case ErrorsClassName:
		answer(w, f.status, map[string]any{"ClassName": "System.Exception", "Message": f.message})
	case ErrorsError:
		answer(w, f.status, map[string]any{"error": "invalid_request", "error_description": f.message})
	case ErrorsText:
		http.Error(w, f.message, f.status)
	case ErrorsEmpty:
		w.WriteHeader(f.status)
	default:
		answer(w, f.status, map[string]any{"Message": f.message})
	}
}

func (s Settings) limited(w http.ResponseWriter, f *failure) {
	message := orText(f.message, "Rate Limit Reached - "+strconv.Itoa(s.requests())+" Requests per rolling "+strconv.Itoa(int(s.window().Minutes()))+" minute window")
	if s.LimitText == "json" {
		answer(w, f.status, map[string]any{"error": "rate_limit", "error_description": message})
		return
	}
	http.Error(w, message, f.status)
}

func answer(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

func orText(text, usual string) string {
	if text == "" {
		return usual
	}
	return text
}

package dynamics

import (
	"errors"
	"fmt"
	"net/http"
)

// A failure is an answer that says what is wrong, in the words and codes of Dataverse.
//
// Web API: "Parse errors from the response": {"error":{"code":"0x…","message":"…"}}.
type failure struct {
	status  int
	code    string
	message string
	retry   int  // seconds of Retry-After, of a 429
	unknown bool // the emulator does not know it, Dataverse may
}

func (f *failure) Error() string { return f.message }

// asFailure makes every error an answer.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return &failure{status: http.StatusInternalServerError, code: "0x80040216", message: "An unexpected error occurred."}
}

func badURI(message string) error {
	return &failure{status: http.StatusBadRequest, code: "0x80060888", message: message}
}

func badPayload(message string) error {
	return &failure{status: http.StatusBadRequest, code: "0x80048d19", message: message}
}

func noSegment(segment string) error {
	return &failure{status: http.StatusNotFound, code: "0x80060888", message: fmt.Sprintf("Resource not found for the segment '%s'.", segment)}
}

func noProperty(property, table string) error {
	return badURI(fmt.Sprintf("Could not find a property named '%s' on type 'Microsoft.Dynamics.CRM.%s'.", property, table))
}

func noRow(table, key string) error {
	return &failure{status: http.StatusNotFound, code: "0x80040217", message: fmt.Sprintf("Entity '%s' With Id = %s Does Not Exist", table, key)}
}

// unknown is what the emulator says to a request that it has no answer for. It is recorded, so that a test which asks
// for something new fails loudly instead of seeing a friendly guess.
func unknown(what string) error {
	return &failure{status: http.StatusNotImplemented, code: "0x80040315", message: "The practice environment does not know " + what + ".", unknown: true}
}

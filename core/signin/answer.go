package signin

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An answer is what a sign-in service says when it refuses.
type answer struct {
	status      int
	kind        string // "invalid_grant"
	sub         string // suberror
	description string
	codes       []int
	correlation string
	time        string
	claims      string // what the service demands in the next sign-in
}

func (a *answer) Error() string { return "the sign-in service refused: " + a.kind }

var (
	aadsts = regexp.MustCompile(`(?i)AADSTS\s?(\d{4,8})`)
	msis   = regexp.MustCompile(`MSIS(\d{4,5})`)

	// What else of an answer is shown; anything in another shape could be anything.
	word  = regexp.MustCompile(`^[a-z_]{1,40}$`)
	mark  = regexp.MustCompile(`^[0-9A-Za-z-]{1,40}$`)
	clock = regexp.MustCompile(`^[0-9T:. +Z-]{1,40}$`)
)

// code is the AADSTS number; 0 when there is none.
func (a *answer) code() int {
	if len(a.codes) > 0 {
		return a.codes[0]
	}
	if m := aadsts.FindStringSubmatch(a.description); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// adfs is the number of an answer of AD FS; 0 when there is none.
func (a *answer) adfs() int {
	if m := msis.FindStringSubmatch(a.description); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// details is what the machine said, for the expert: code, correlation id, UTC time. Never its text.
func (a *answer) details() string {
	var parts []string
	if n := a.code(); n != 0 {
		parts = append(parts, "AADSTS"+strconv.Itoa(n))
	} else if n := a.adfs(); n != 0 {
		parts = append(parts, "MSIS"+strconv.Itoa(n))
	} else if word.MatchString(a.kind) {
		parts = append(parts, a.kind)
	}
	if mark.MatchString(a.correlation) {
		parts = append(parts, "correlation id "+a.correlation)
	}
	if clock.MatchString(a.time) {
		parts = append(parts, a.time)
	}
	return strings.Join(parts, ", ")
}

// readAnswer reads an OAuth error out of an answer; nil when it holds none.
func readAnswer(res *reply) *answer {
	var body struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
		Codes       []int           `json:"error_codes"`
		Sub         string          `json:"suberror"`
		Correlation string          `json:"correlation_id"`
		Time        string          `json:"timestamp"`
		Claims      string          `json:"claims"`
	}
	err := json.Unmarshal(res.body, &body)
	var kind string
	if err == nil && len(body.Error) > 0 {
		_ = json.Unmarshal(body.Error, &kind) // an error that is no text is none of ours
	}
	if kind == "" && res.StatusCode < 400 {
		return nil
	}
	return &answer{
		status: res.StatusCode, kind: kind, sub: body.Sub, description: body.Description,
		codes: body.Codes, correlation: body.Correlation, time: body.Time, claims: readClaims(body.Claims),
	}
}

// passing reports whether a refusal is a fault at Microsoft that goes away by itself.
func (a *answer) passing() bool {
	if slices.Contains(passingCodes(), a.code()) {
		return true
	}
	return a.status >= 500 || a.status == 429 || a.status == 408 || a.kind == "temporarily_unavailable"
}

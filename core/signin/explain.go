package signin

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"ferry/core"
)

const explainLimit = 64 << 10 // more than this no page says

var (
	correlation = regexp.MustCompile(`(?i)(?:correlation|korrelation)\W{0,3}s?\W{0,3}id\W{1,6}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`)
	stamp       = regexp.MustCompile(`(?i)timestamp\W{1,6}(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})`)
	numbered    = regexp.MustCompile(`(?i)(?:error[ _]?codes?|[?&]code)\W{1,6}(\d{4,8})\b`)
	arrived     = regexp.MustCompile(`(?i)\b(?:localhost|127\.0\.0\.1)(?::\d+)?/?[^\s?]*\?(?:\S*&)?code=[^\s&]{20}`)
	oauthError  = regexp.MustCompile(`(?i)[?&#"]error"?\s*[=:]\s*"?([a-z_]{4,40})`)
)

// Explain says what a page of the sign-in service means. text may be the code alone, all of the page's text, or the
// address that it leads to; false when there is nothing in it that could be told.
func Explain(text string) (*core.Fault, bool) {
	if len(text) > explainLimit {
		text = text[:explainLimit]
	}
	text = strings.TrimSpace(text)
	if strings.Contains(text, "%") || strings.Contains(text, "error_description=") {
		if plain, err := url.QueryUnescape(text); err == nil {
			text = plain
		}
	}
	if arrived.MatchString(text) {
		return faultAnswerLost(), true
	}
	a := &answer{status: 400, description: text}
	switch at := aadsts.FindStringIndex(text); {
	case at != nil:
		a.description = text[at[0]:]
	default:
		if n, err := strconv.Atoi(text); err == nil && n > 999 && len(text) <= 8 {
			a.codes = []int{n}
		} else if m := numbered.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			a.codes, a.description = []int{n}, ""
		} else if m := msis.FindStringIndex(text); m != nil {
			a.description = text[m[0]:]
		} else if m := oauthError.FindStringSubmatch(text); m != nil {
			a.kind, a.description = strings.ToLower(m[1]), ""
		} else if n := phrased(text); n != 0 {
			f := *a.with(n).fault(explainedAt(text), core.Secret{})
			f.Details = strings.TrimPrefix(strings.TrimPrefix(f.Details, "AADSTS"+strconv.Itoa(n)), ", ") // the page did not say so
			return &f, true
		} else {
			return nil, false
		}
	}
	if m := correlation.FindStringSubmatch(text); m != nil {
		a.correlation = m[1]
	}
	if m := stamp.FindStringSubmatch(text); m != nil {
		a.time = strings.Replace(m[1], "T", " ", 1) + "Z"
	}
	return a.fault(explainedAt(text), core.Secret{}), true
}

// phrased finds what a page says without a code, and returns the code that it means; 0 is none.
func phrased(text string) int {
	text = strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " "))
	for _, p := range []struct {
		words string
		code  int
	}{
		{"need admin approval", 90094}, {"approval required", 90094}, {"only an admin can grant", 90094}, {"administratorgenehmigung erforderlich", 90094},
		{"you cannot access this right now", 53003}, {"you can't get there from here", 53000}, {"help us keep your device secure", 53000},
		{"does not exist in tenant", 50020}, {"more information required", 50079}, {"your account or password is incorrect", 50126},
		{"we couldn't find an account with that username", 50034}, {"this username may be incorrect", 50034},
		{"your account has been locked", 50053}, {"your account is temporarily locked", 50053}, {"that code didn't work", 70019}, {"this code has expired", 70019},
	} {
		if strings.Contains(text, p.words) {
			return p.code
		}
	}
	return 0
}

func (a *answer) with(code int) *answer {
	c := *a
	c.codes, c.description = []int{code}, ""
	return &c
}

// explainedAt is where the codes of the cloud are explained whose page it is.
func explainedAt(text string) string {
	for _, host := range []string{"login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn"} {
		if strings.Contains(text, host) {
			return errorHost(host)
		}
	}
	return errorHost("")
}

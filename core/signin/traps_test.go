package signin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ferry/core/signin"
)

// MSAL's traps, each with the test that holds it:
//
//	its listener ends at the first stray GET                     TestStrayRequestsDoNotEndASignIn
//	its listener's pages cannot be changed                       TestPagesShowNothingStrange
//	it waits for a browser's opener, deaf to a cancel            TestAnOpenerThatNeverComesBackDoesNotMatter
//	it loses error and codes of what the page answers            TestCancelOnThePage
//	its link has no state, PKCE, nonce, response_mode, openid    TestEverySignInHasStateAndPKCE
//	it never looks at the nonce                                  TestAnAnswerForAnotherSignInIsNotBelieved
//	ten askers renew ten times                                   TestTenAtOnceRenewOnce
//	a short-lived token is never kept                            TestShortLivedTokensAreKeptAndRenewed
//	it repeats nothing                                           TestAPassingFaultIsWaitedFor, TestRetryAfterIsKept
//	it follows redirects                                         TestAHostileAuthorityGetsNothing
//	scopes in other words, padding, a missing lifetime end it    TestWhatMSALStumblesOverIsTakenOut
//	it cannot renew past its cache                               TestARevokedTokenIsRenewedPastTheCacheOnce
//	a confidential application may not send claims in silence    TestTheEnvironmentsDemandIsMetInSilence
//	a code: it stops at the first 5xx, reads a drained body      TestTrapDeviceCodeSurvivesAServiceThatIsAway
//	a code: it replaces every "token" in an address              TestTrapDeviceCodeWithATenantCalledToken
//	a code: not for confidential applications                    TestAConfidentialApplicationProvesItselfWithTheCode
//	it signs by a clock of its own and knows no settings          TestWhatIsSignedCanBeSetAndShown
//	no PFX; an encrypted PEM key "does not exist"                TestEveryKindOfCertificateFileIsRead
//	it never tells AD FS the resource                            TestTrapADFSIsToldTheResource
//	it asks Microsoft about hosts it does not know               TestTrapNobodyElseIsAsked
//	a variable sends it to a region                              TestTrapTheVariableForARegionIsNotHeard
//	its errors repeat what was received, tokens too              TestTrapItsErrorsRepeatWhatWasReceived
//	"no token found" has no type                                 TestTrapNoTokenFoundIsASignInThatIsOver
//	a 200 may be a refusal; any issuer is taken                  TestAHostileAuthorityGetsNothing

// noted is a transport that remembers which hosts were asked.
type noted struct {
	next  http.RoundTripper
	hosts map[string]bool
}

func (n noted) RoundTrip(req *http.Request) (*http.Response, error) {
	n.hosts[req.URL.Host] = true
	if strings.Contains(req.URL.Host, "microsoft") {
		return nil, errors.New("nobody may go there")
	}
	return n.next.RoundTrip(req)
}

func TestTrapNobodyElseIsAsked(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, publicApp)
	n := noted{w.transport, map[string]bool{}}
	c.Transport, c.Cache = n, &memory{}
	w.signedIn(c)
	again := w.session(c) // the silent call of a new process is the one that asks
	w.later(2 * time.Hour)
	w.token(again, "")
	own, err := url.Parse(w.api.URL)
	if err != nil || len(n.hosts) != 1 || !n.hosts[own.Host] {
		t.Errorf("asked %v", n.hosts)
	}
}

func TestTrapTheVariableForARegionIsNotHeard(t *testing.T) {
	t.Setenv("MSAL_FORCE_REGION", "westeurope")
	w := newWorld(t)
	c := w.config(signin.Application, secretApp)
	n := noted{w.transport, map[string]bool{}}
	c.Transport = n
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil || len(n.hosts) != 1 {
		t.Errorf("%v, asked %v", err, n.hosts)
	}
}

func TestTrapItsErrorsRepeatWhatWasReceived(t *testing.T) {
	for name, body := range map[string]string{
		"a lifetime that is none":   `{"access_token":"eyJ-of-ada","expires_in":"soon"}`,
		"an ID token that is none":  `{"access_token":"eyJ-of-ada","expires_in":3600,"id_token":"eyJ-nothing"}`,
		"client_info that is none":  `{"access_token":"eyJ-of-ada","expires_in":3600,"client_info":"*eyJ*"}`,
		"a refresh token of a list": `{"access_token":"eyJ-of-ada","expires_in":3600,"refresh_token":["eyJ"]}`,
		"an error with all of it":   `{"error":"eyJ-kind","error_description":"eyJhbGciOiJub25lIn0.eyJhbGciOiJub25lIn0.eyJhbGciOiJub25lIn0 for ada@practice.example"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.through(func(http.Handler) http.Handler { return sameAnswer(w, body) })
			s := w.session(w.config(signin.Application, secretApp))
			_, err := s.SignIn(context.Background(), nil)
			if err == nil {
				t.Fatal("it is taken for a token")
			}
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(err.Error(), "eyJ") || strings.Contains(err.Error(), "ada@") {
					t.Errorf("%T gives it away: %v", err, err)
				}
			}
			if strings.Contains(w.log.String(), "eyJ") {
				t.Errorf("the log holds it: %s", w.log.String())
			}
		})
	}
}

func TestTrapNoTokenFoundIsASignInThatIsOver(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, publicApp)
	kept := &memory{}
	c.Cache = kept
	w.signedIn(c)
	var all map[string]json.RawMessage
	if err := json.Unmarshal(kept.data, &all); err != nil {
		t.Fatal(err)
	}
	all["data"] = json.RawMessage(`{"AccessToken":{},"RefreshToken":{},"IdToken":{},"Account":{},"AppMetadata":{}}`)
	emptied, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	kept.data = emptied
	_, err = w.session(c).Token(context.Background(), "")
	f := wantFault(t, err, "signin.over")
	if strings.Contains(fmt.Sprint(f), "no token") {
		t.Errorf("%v", f)
	}
}

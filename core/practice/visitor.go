package practice

import (
	"context"
	"crypto/tls"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// An Act is what somebody does with the sign-in in the browser.
type Act string

// The acts.
const (
	SignsIn    Act = "signs in"          // gives account and password, and accepts what is asked
	GuestsIn   Act = "signs in as Guest" // with the account of the second tenant
	Cancels    Act = "cancels"           // presses Cancel
	ClosesPage Act = "closes the page"   // looks at it and answers nothing
	NoBrowser  Act = "has no browser"    // nothing opens the link
	GivesUp    Act = "gives up"          // presses Cancel in Ferry while the browser waits
)

// A Page is the last one that somebody saw.
type Page struct {
	Status int
	HTML   string
	Text   string // what can be read on it
	Code   int    // the AADSTS code on it; 0 is none
	Back   bool   // it is the application's own: the sign-in came back
}

const pageMost = 1 << 20

// Visit opens a link as a browser does that somebody sits at, follows it, fills in what is asked and returns the last
// page. Links lead to this environment; who is sent anywhere but to this computer goes nowhere.
func (e *Environment) Visit(ctx context.Context, link string, act Act) (Page, error) {
	v := e.visitor()
	defer v.CloseIdleConnections()
	p, err := e.load(ctx, v, http.MethodGet, link, nil)
	return e.follow(ctx, v, p, act, err)
}

// Type opens the page for codes, types the code and goes on as Visit.
func (e *Environment) Type(ctx context.Context, link, code string, act Act) (Page, error) {
	v := e.visitor()
	defer v.CloseIdleConnections()
	p, err := e.load(ctx, v, http.MethodPost, link, url.Values{"otc": {code}})
	return e.follow(ctx, v, p, act, err)
}

// loaded is a page with the address it came from.
type loaded struct {
	Page
	at *url.URL
}

func (e *Environment) visitor() *http.Client {
	return &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: e.Pool, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 10 || !here(r.URL) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

func here(u *url.URL) bool { return u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" }

func (e *Environment) load(ctx context.Context, c *http.Client, method, address string, form url.Values) (loaded, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return loaded{}, errors.New("the link cannot be opened")
	}
	if !here(r.URL) {
		return loaded{}, errors.New("the link does not lead to the practice environment")
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := c.Do(r)
	if err != nil {
		return loaded{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, pageMost))
	if err != nil {
		return loaded{}, err
	}
	p := loaded{Page: Page{Status: res.StatusCode, HTML: string(text), Text: readable(string(text)), Back: !e.own(res.Request.URL)}, at: res.Request.URL}
	if m := codeOnPage.FindStringSubmatch(p.Text); m != nil && !p.Back {
		p.Code, _ = strconv.Atoi(m[1])
	}
	return p, nil
}

// own reports whether an address is one of the environment's.
func (e *Environment) own(u *url.URL) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range e.doors {
		if u.Port() == strconv.Itoa(d.port) {
			return true
		}
	}
	return false
}

var (
	codeOnPage = regexp.MustCompile(`AADSTS(\d+)`)
	formField  = regexp.MustCompile(`<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"`)
	formTarget = regexp.MustCompile(`<form id="answer" method="post" action="([^"]*)"`)
	notText    = regexp.MustCompile(`(?s)<(style|script|title)[^>]*>.*?</(style|script|title)>|<[^>]*>`)
)

func readable(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(notText.ReplaceAllString(page, " "))), " ")
}

// follow answers page after page.
func (e *Environment) follow(ctx context.Context, c *http.Client, p loaded, act Act, err error) (Page, error) {
	for range 6 {
		if err != nil || p.Back {
			return p.Page, err
		}
		form := url.Values{}
		for _, m := range formField.FindAllStringSubmatch(p.HTML, -1) {
			form.Set(m[1], html.UnescapeString(m[2]))
		}
		target := p.at.String()
		switch m := formTarget.FindStringSubmatch(p.HTML); {
		case m != nil:
			target = html.UnescapeString(m[1])
		case act == ClosesPage || act == NoBrowser || act == GivesUp || !form.Has("flow") && !form.Has("username"):
			return p.Page, nil
		case act == Cancels:
			form.Set("do", "cancel")
		case form.Has("username") && form.Has("flow"):
			form.Set("do", "signin")
			if p.Code != 0 {
				return p.Page, nil // what was typed was refused; it is not typed again
			}
			if act == GuestsIn {
				form.Set("username", e.Guest.UPN)
				form.Set("password", e.Guest.Password)
			}
		default:
			form.Set("do", "accept")
		}
		p, err = e.load(ctx, c, http.MethodPost, target, form)
	}
	return p.Page, err
}

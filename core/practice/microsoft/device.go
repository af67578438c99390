package microsoft

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

const (
	deviceGrant    = "urn:ietf:params:oauth:grant-type:device_code"
	oldDeviceGrant = "device_code" // MSAL says it so
	deviceLife     = 15 * time.Minute
	deviceInterval = 5 * time.Second
	openDevices    = 1000
)

// A device is one sign-in with a code that is typed in on a page.
//
// Microsoft identity platform: "OAuth 2.0 device authorization grant flow"; RFC 8628.
type device struct {
	grant
	user     string // the code that a person types
	until    time.Time
	interval time.Duration
	slow     int // so many more polls are told to slow down
	last     time.Time
	declined bool
	done     bool // somebody signed in
	over     bool // the tokens were handed out
}

// SlowDown answers the next polls for device codes, so many of each, with slow_down.
func (a *Authority) SlowDown(polls int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.slow = polls
	for _, d := range a.devices {
		d.slow = polls
	}
}

// ExpireDevices lets every code that waits be over.
func (a *Authority) ExpireDevices() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range a.devices {
		d.until = a.now().Add(-time.Second)
	}
}

// Devices returns the codes that wait for somebody to type them in.
func (a *Authority) Devices() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []string
	for _, d := range a.devices {
		if !d.done && !d.declined && a.now().Before(d.until) {
			list = append(list, d.user)
		}
	}
	return list
}

// deviceCode answers a request for a code.
func (a *Authority) deviceCode(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		a.refused(w, r, refuse(900144, "The request body could not be read."))
		return
	}
	d, name, f := a.beginDevice(r)
	if f != nil {
		a.refused(w, r, f)
		return
	}
	pages, _ := a.bases()
	at := a.opts.Domain
	if at == "" {
		at = a.opts.Tenant
	}
	page := pages + "/" + at + "/device"
	writeJSON(w, http.StatusOK, map[string]any{
		"user_code": d.user, "device_code": name, "verification_uri": page,
		"expires_in": int(d.until.Sub(a.now()).Seconds()), "interval": int(d.interval.Seconds()),
		"message": "To sign in, use a web browser to open the page " + page + " and enter the code " + d.user + " to authenticate.",
	})
}

func (a *Authority) beginDevice(r *http.Request) (*device, string, *refusal) {
	if code := a.ordered(); code != 0 {
		return nil, "", a.forced(code)
	}
	form := r.PostForm
	app, f := a.client(r)
	if f != nil {
		return nil, "", f
	}
	resource, scopes, f := a.wanted(form.Get("scope"))
	if f != nil {
		return nil, "", f
	}
	if resource == "" {
		return nil, "", refuse(70011, "The provided request must include a 'scope' input parameter that names a resource.")
	}
	d := &device{user: userCode(), until: a.now().Add(a.opts.DeviceLifetime), interval: a.opts.DeviceInterval}
	d.app, d.platform, d.resource, d.scopes = app.ID, platformOf(app), resource, scopes
	d.claims = form.Get("claims")
	name := "1.practice." + random()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.devices) >= openDevices {
		for old, other := range a.devices {
			if other.over || !a.now().Before(other.until) {
				delete(a.devices, old)
			}
		}
	}
	d.slow = a.slow
	a.devices[name] = d
	return d, name, nil
}

// platformOf is what an application counts as where no redirect URI says it.
func platformOf(app *application) string {
	if app.Public {
		return "native"
	}
	return "web"
}

// userCode is nine letters and digits that are not mistaken for one another.
func userCode() string {
	const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := make([]byte, 9)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = signs[int(b[i])%len(signs)]
	}
	return string(b)
}

// redeemDevice answers a poll.
func (a *Authority) redeemDevice(app *application, r *http.Request, info bool) (map[string]any, *refusal) {
	if f := a.proves(app, platformOf(app), r); f != nil {
		return nil, f
	}
	a.mu.Lock()
	d := a.devices[r.PostForm.Get("device_code")]
	if d == nil || !strings.EqualFold(d.app, app.ID) {
		a.mu.Unlock()
		return nil, &refusal{code: 70000, status: http.StatusBadRequest, kind: "bad_verification_code", text: "The verification code is not recognised."}
	}
	f := a.poll(d)
	g := d.grant
	a.mu.Unlock()
	if f != nil {
		return nil, f
	}
	return a.tokens(g, info), nil
}

// poll says how far a code is. The caller holds the lock.
func (a *Authority) poll(d *device) *refusal {
	say := func(code int, kind, text string) *refusal {
		return &refusal{code: code, status: http.StatusBadRequest, kind: kind, text: text}
	}
	d.last = a.now()
	switch {
	case d.over:
		return refuse(54005, "")
	case d.declined:
		return say(0, "authorization_declined", "The end user denied the authorization request.")
	case d.done:
		d.over = true
		return nil
	case !a.now().Before(d.until):
		return say(70020, "expired_token", "The provided value for the input parameter 'device_code' is not valid. This device code has expired.")
	case d.slow > 0:
		d.slow--
		return say(70016, "slow_down", "Too many requests for this device code. Ask less often.")
	}
	return say(70016, "authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
}

// devicePage is where one types the code.
func (a *Authority) devicePage(w http.ResponseWriter, r *http.Request) {
	if known, _ := a.tenant(r.PathValue("tenant")); !known {
		a.refusedPage(w, r, refuse(90002, "Tenant '"+r.PathValue("tenant")+"' not found."))
		return
	}
	a.showDevice(w, r.URL.Query().Get("otc"), "")
}

func (a *Authority) showDevice(w http.ResponseWriter, code, wrong string) {
	show(w, http.StatusOK, deviceText, "", map[string]any{"Title": "Enter code", "Code": code, "Wrong": wrong})
}

// enterDevice takes the code and shows the sign-in page for it.
func (a *Authority) enterDevice(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		a.problemPage(w, http.StatusBadRequest, problem{Title: "That could not be read", Text: "Go back and try again."})
		return
	}
	typed := strings.ToUpper(strings.Join(strings.Fields(strings.ReplaceAll(r.PostForm.Get("otc"), "-", "")), ""))
	a.mu.Lock()
	var d *device
	for _, other := range a.devices {
		if other.user == typed && !other.done && !other.declined && a.now().Before(other.until) {
			d = other
		}
	}
	a.mu.Unlock()
	if d == nil {
		a.showDevice(w, "", "That code didn't work. Check the code and try again.")
		return
	}
	f := &flow{grant: d.grant, tenant: r.PathValue("tenant"), device: d}
	a.signInPage(w, a.keep(f), f, "")
}

// finishDevice ends a sign-in with a code: with a person, or declined.
func (a *Authority) finishDevice(w http.ResponseWriter, f *flow) {
	a.mu.Lock()
	if f.person == nil {
		f.device.declined = true
	} else {
		f.device.person, f.device.claims, f.device.done = f.person, f.claims, true
	}
	a.mu.Unlock()
	p := problem{Title: "You have signed in", Text: "Go back to Ferry on your device. You may now close this window."}
	if f.person == nil {
		p = problem{Title: "You have cancelled the sign-in", Text: "Nothing was handed out. You may now close this window."}
	}
	a.problemPage(w, http.StatusOK, p)
}

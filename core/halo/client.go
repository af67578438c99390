package halo

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

// early is how long before its end a token is renewed.
const early = 2 * time.Minute

// A client speaks with one Halo. Its methods may be used from several goroutines.
type client struct {
	to   target
	pace *pace
	log  *slog.Logger
	wait func(context.Context, time.Duration) error
	now  func() time.Time
	api  *rest.Client
	hail *rest.Client // until Halo has answered once
	met  atomic.Bool  // it has

	mu      sync.Mutex
	auth    *url.URL // found, or set
	tenant  string
	asked   bool // Halo was asked for its server and tenant
	token   string
	expires time.Time
}

func newClient(to target, s core.Settings, o Options) (*client, error) {
	n := o.Network
	n.CAFiles = append(append([]string{}, n.CAFiles...), s.CAFiles...)
	transport, err := rest.NewTransport(n)
	if err != nil {
		return nil, err
	}
	c := &client{to: to, log: o.Log, wait: o.Wait, now: o.Now, auth: to.auth, tenant: to.tenant}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.wait == nil {
		c.wait = core.Wait
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.pace = &pace{most: max(to.requests-margin(to.requests), 1), window: to.window, next: transport, wait: c.wait, now: c.now}
	if c.hail, err = c.client(to.resource.String(), refusal, firstPatience); err != nil {
		return nil, err
	}
	c.api, err = c.client(to.resource.String(), refusal, patience)
	return c, err
}

// margin is what is left of the limit for whoever else uses it, and for clocks that differ.
func margin(requests int) int { return requests / 30 }

// A Halo that has answered once is waited for as long as an upgrade of it takes. Of one that never did the address may be wrong.
const (
	patience      = 10 * time.Minute
	firstPatience = 20 * time.Second
)

// ask sends a request to Halo.
func (c *client) ask(ctx context.Context, r rest.Request, v any) error {
	if !c.met.Load() {
		_, err := c.hail.JSON(ctx, r, v)
		c.met.Store(err == nil || answered(err) != 0)
		if answered(err) != http.StatusTooManyRequests {
			return err
		}
	}
	_, err := c.api.JSON(ctx, r, v)
	return err
}

func (c *client) client(root string, fault func(*rest.Answer) *core.Fault, patience time.Duration) (*rest.Client, error) {
	return rest.New(rest.Config{
		Root: root, Service: "Halo", Admin: core.HaloAdmin, Transport: c.pace, Header: c.to.header, Slots: 1, Wait: c.wait, Now: c.now, Log: c.log, Fault: fault,
		Patience: patience,
	})
}

// signedOut forgets a token that was refused.
func (c *client) signedOut(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}

// bearer is a token that is good for a while.
func (c *client) bearer(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.now().Before(c.expires) {
		return c.token, nil
	}
	if c.to.id.Empty() || c.to.secret.Empty() {
		return "", noCredentials()
	}
	if err := c.discover(ctx); err != nil {
		return "", err
	}
	var answer struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires id     `json:"expires_in"`
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.to.id.Reveal()}, "client_secret": {c.to.secret.Reveal()}, "scope": {c.to.scope},
	}
	address := "token"
	if c.tenant != "" {
		address += "?tenant=" + url.QueryEscape(c.tenant)
	}
	long := !c.expires.IsZero()     // it has signed us in before
	for attempt := 1; ; attempt++ { // asking twice for a token does no harm
		api, err := c.client(c.auth.String(), tokenRefusal, map[bool]time.Duration{false: firstPatience, true: patience}[long])
		if err != nil {
			return "", err
		}
		if err := c.pace.admit(ctx); err != nil {
			return "", err
		}
		_, err = api.JSON(ctx, rest.Request{
			Method: http.MethodPost, Address: address, Body: []byte(form.Encode()), Op: "signing in to Halo",
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		}, &answer)
		if err == nil {
			break
		}
		if answered(err) == http.StatusTooManyRequests && !long {
			long = true
			continue
		}
		if answered(err) < 500 || attempt == 4 {
			return "", err
		}
		if waitErr := c.wait(ctx, settle); waitErr != nil {
			return "", err
		}
	}
	if answer.Token == "" {
		return "", noToken()
	}
	life := time.Duration(answer.Expires) * time.Second
	if life <= 0 {
		life = 10 * time.Minute
	}
	c.token, c.expires = answer.Token, c.now().Add(life-min(early, life/4))
	return c.token, nil
}

// discover finds the server that signs in, and the tenant, where the settings do not say them. A server on another host gets
// no secret before the person has named it.
func (c *client) discover(ctx context.Context) error {
	if c.auth != nil && (c.tenant != "" || c.asked) {
		return nil
	}
	var info struct {
		Auth   string `json:"auth_url"`
		Tenant string `json:"tenant_id"`
	}
	if err := c.pace.admit(ctx); err != nil {
		return err
	}
	err := c.ask(ctx, rest.Request{Address: "authinfo", Op: "looking for Halo's sign-in"}, &info)
	var refused *rest.Answer
	answered := err == nil || errors.As(err, &refused)
	if !answered || err != nil && c.auth == nil && (refused.HTML || refused.Status == http.StatusTooManyRequests || refused.Status >= 500) {
		return err
	}
	c.asked = true
	if c.auth != nil {
		c.tenant = info.Tenant
		return nil
	}
	own := *c.to.resource
	own.Path = strings.TrimSuffix(own.Path, "api/") + "auth/"
	if err != nil || info.Auth == "" {
		c.auth = &own
		return nil
	}
	found, err := parseAddress(info.Auth, "auth")
	if err != nil || found.Scheme != "https" && found.Scheme != c.to.resource.Scheme {
		return badAuthInfo()
	}
	if hostPort(found) != hostPort(c.to.resource) {
		return otherHost(c.to.resource.Host, found)
	}
	c.auth = found
	if c.tenant == "" {
		c.tenant = info.Tenant
	}
	return nil
}

// call sends one request and decodes its answer. A token that is refused is dropped, fetched once and tried once.
func (c *client) call(ctx context.Context, r rest.Request, v any) error {
	renewed := false
	for {
		token, err := c.bearer(ctx)
		if err != nil {
			return err
		}
		if err := c.pace.admit(ctx); err != nil {
			return err
		}
		r.Header = http.Header{"Authorization": {"Bearer " + token}}
		if r.Body != nil {
			r.Header.Set("Content-Type", "application/json; charset=utf-8")
		}
		err = c.ask(ctx, r, v)
		var a *rest.Answer
		if err == nil || renewed || !errors.As(err, &a) || a.Status != http.StatusUnauthorized {
			return err
		}
		c.signedOut(token)
		renewed = true
	}
}

// get reads one thing. An error of Halo's own is often over when it is asked again.
func (c *client) get(ctx context.Context, op, path string, query url.Values, v any) error {
	for attempt := 0; ; attempt++ {
		err := c.call(ctx, rest.Request{Address: withQuery(path, query), Op: op}, v)
		if answered(err) != http.StatusInternalServerError || attempt == 3 {
			return err
		}
		if waitErr := c.wait(ctx, settle); waitErr != nil {
			return err
		}
	}
}

// post writes an array and returns what Halo answers: the entities that it saved, in the array's order.
func (c *client) post(ctx context.Context, op, path string, elements []object) (saved []object, err error) {
	body, err := json.Marshal(elements)
	if err != nil {
		return nil, err
	}
	var answer objects
	err = c.call(ctx, rest.Request{Method: http.MethodPost, Address: path, Body: body, Op: op}, &answer)
	for _, o := range answer.rows {
		if warning := o.text("_warning"); warning != "" {
			c.log.Warn("Halo saved with a warning", "table", path) // its text may be about somebody
		}
	}
	return answer.rows, err
}

// remove deletes one thing. One that is not there any more is none either.
func (c *client) remove(ctx context.Context, op, path string, id int64) error {
	err := c.call(ctx, rest.Request{Method: http.MethodDelete, Address: path + "/" + strconv.FormatInt(id, 10), Op: op}, nil)
	if answered(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// answered is the status with which Halo refused; 0 when it did not answer.
func answered(err error) int {
	var a *rest.Answer
	if errors.As(err, &a) {
		return a.Status
	}
	return 0
}

func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// pageSize is what is asked for; what comes is not relied upon.
const pageSize = 500

// mostPages ends a list that never does.
const mostPages = 100_000

// list reads all rows of a list, page by page, each once. How many a page has is Halo's affair: it ends when as many came as
// Halo counts, or with a page that holds nothing new. A bare array counts nothing, and may be one page of several.
func (c *client) list(ctx context.Context, op, path, key string, query url.Values, each func(object) error) error {
	seen := map[string]bool{}
	q := url.Values{"pageinate": {"true"}, "page_size": {strconv.Itoa(pageSize)}, "order": {"id"}, "orderdesc": {"false"}}
	for name, values := range query {
		q[name] = values
	}
	for page := 1; page <= mostPages; page++ {
		q.Set("page_no", strconv.Itoa(page))
		var answer objects
		answer.key = key
		if err := c.get(ctx, op, path, q, &answer); err != nil {
			return err
		}
		fresh := 0
		for _, row := range answer.rows {
			which := row.which()
			if seen[which] {
				continue
			}
			seen[which] = true
			fresh++
			if err := each(row); err != nil {
				return err
			}
		}
		if fresh == 0 || answer.count >= 0 && int64(len(seen)) >= answer.count {
			return nil
		}
	}
	return endless(path)
}

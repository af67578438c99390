package rest

import (
	"context"
	"net/url"
	"sync"
	"time"
)

const (
	systemTimeout = 10 * time.Second // for all that is asked of the system before a connection
	routeKept     = time.Minute      // a person changes networks, and then does not want to wait long
)

// first is where a request goes that cannot be tried twice.
func (r Route) first() Hop {
	if len(r) == 0 {
		return Hop{}
	}
	return r[0]
}

// routes finds the way to each host and remembers it for a while.
type routes struct {
	own    Route
	bypass []string
	mode   ProxyMode
	system func(context.Context, *url.URL) (Route, error)

	mu   sync.Mutex
	kept map[string]keptRoute // by scheme, host and port: scripts may look at these and at no more
}

type keptRoute struct {
	route Route
	since time.Time
}

func newRoutes(n Network) (*routes, error) {
	r := &routes{mode: n.Proxy.Mode, bypass: n.Proxy.Bypass, system: n.System, kept: map[string]keptRoute{}}
	switch n.Proxy.Mode {
	case OwnProxy:
		h, err := n.Proxy.own()
		if err != nil {
			return nil, err
		}
		r.own = Route{h}
	case NoProxy:
	case SystemProxy:
		if r.system == nil {
			r.system = newSystem(n.Dial).find
		}
	default:
		return nil, badProxy()
	}
	return r, nil
}

// find says how u is reached. What the system says never holds for this computer itself; a proxy that somebody named
// holds for everything but its exceptions.
func (r *routes) find(ctx context.Context, u *url.URL) (Route, error) {
	switch {
	case r.mode == OwnProxy && !around(r.bypass, u):
		return r.own, nil
	case r.mode != SystemProxy || here(u.Hostname()):
		return nil, nil
	}
	place := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	key := place.String()
	r.mu.Lock()
	k, ok := r.kept[key]
	r.mu.Unlock()
	if ok && time.Since(k.since) < routeKept {
		return k.route, nil
	}
	ctx, cancel := context.WithTimeout(ctx, systemTimeout)
	defer cancel()
	route, err := r.system(ctx, place)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.kept) > 1000 {
		clear(r.kept)
	}
	r.kept[key] = keptRoute{route, time.Now()}
	return route, nil
}

package dynamics

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// changesKept is for how long deletions are remembered: organization.expirechangetrackingindays.
const changesKept = 7 * 24 * time.Hour

// token reads a $deltatoken: the version and the time.
func (c *call) token() (int64, error) {
	version, when, ok := strings.Cut(c.opts.delta, "!")
	n, err := strconv.ParseInt(version, 10, 64)
	at, timeErr := time.Parse("01/02/2006 15:04:05", when)
	if !ok || err != nil || timeErr != nil {
		return 0, badURI("The delta token is invalid.")
	}
	if c.now().Sub(at) > changesKept || c.store.tooOld(c.opts.delta) {
		return 0, &failure{status: http.StatusBadRequest, code: "0x80044352", message: "Version stamp associated with the client has expired. Please perform a full sync."}
	}
	return n, nil
}

// ExpireDeltas makes every delta link that is out too old.
func (s *Server) ExpireDeltas() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for token := range s.store.deltas {
		s.store.deltas[token] = true
	}
}

// issue notes a delta token that is handed out.
func (st *store) issue(token string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.deltas[token] = false
}

func (st *store) tooOld(token string) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.deltas[token]
}

// A changed row is told once, as it is now.
type changed struct {
	key     string
	deleted bool
	version int64
}

// since collects what changed in (from, until]: what is there by version, then what was deleted.
func (c *call) since(m *model, from, until int64) []changed {
	var rows, gone []changed
	c.store.world.ChangedSince(m.Table, from, func(key string, deleted bool, version int64) bool {
		switch {
		case version > until:
			return false
		case deleted:
			gone = append(gone, changed{key, true, version})
		default:
			rows = append(rows, changed{key, false, version})
		}
		return true
	})
	return append(rows, gone...)
}

// changes answers a delta link.
//
// Web API: "Use change tracking": new and changed rows with their selected columns, then deleted ones as their id with
// the reason, and on the last page a new delta link.
func (c *call) changes(l listing) error {
	if err := c.mayTrack(l.model); err != nil {
		return err
	}
	from, err := c.token()
	if err != nil {
		return err
	}
	c.prefer.track = true // a delta link needs no preference
	q, err := c.question(l)
	if err != nil {
		return err
	}
	if q.cookie.until == 0 {
		q.cookie.until = q.store.world.Version()
	}
	all := c.since(l.model, from, q.cookie.until)
	out := newStream(c.w)
	out.b = append(out.b, `{"@odata.context":`...)
	out.b = appendText(out.b, c.base+"/$metadata#"+l.context+q.shape.context()+"/$delta")
	out.b = append(out.b, `,"value":[`...)
	end := min(q.cookie.taken+q.size, len(all))
	n := 0
	for _, ch := range all[min(q.cookie.taken, len(all)):end] {
		b := c.changedRow(out.b, q, ch, n > 0)
		if len(b) > len(out.b) {
			n++
		}
		if out.b = b; !out.flush(false) {
			return nil
		}
	}
	out.b = append(out.b, ']')
	if end < len(all) {
		q.cookie.page++
		q.cookie.size, q.cookie.taken = q.size, end
		out.b = append(out.b, `,"@odata.nextLink":`...)
		out.b = appendText(out.b, q.cookie.next(q.address, q.opts.raw, l.model.Key))
	} else {
		out.b = append(out.b, `,"@odata.deltaLink":`...)
		out.b = appendText(out.b, q.deltaLink(q.cookie.until))
	}
	out.b = append(out.b, '}')
	out.flush(true)
	return nil
}

func (c *call) changedRow(b []byte, q *question, ch changed, comma bool) []byte {
	if !ch.deleted {
		row := c.store.row(q.model.Logical, ch.key)
		if row == nil {
			return b // it was deleted since: the next delta tells
		}
		if comma {
			b = append(b, ',')
		}
		return q.shape.appendRow(b, row)
	}
	if comma {
		b = append(b, ',')
	}
	b = append(b, `{"@odata.context":`...)
	b = appendText(b, c.base+"/$metadata#"+q.model.Set+"/$deletedEntity")
	b = append(b, `,"id":"`...)
	b = append(b, ch.key...)
	return append(b, `","reason":"deleted"}`...)
}

// countChanges answers …/$count?$deltatoken=….
func (c *call) countChanges(l listing) error {
	if err := c.mayTrack(l.model); err != nil {
		return err
	}
	from, err := c.token()
	if err != nil {
		return err
	}
	n := len(c.since(l.model, from, c.store.world.Version()))
	c.w.Header().Set("Content-Type", "text/plain")
	_, _ = c.w.Write([]byte("\ufeff" + strconv.Itoa(n)))
	return nil
}

// deltaLink is the address under which the changes after a version are told.
//
// Web API: the token is the row version and the time, "919042!08/22/2017 08:10:44".
func (q *question) deltaLink(version int64) string {
	token := strconv.FormatInt(version, 10) + "!" + q.now().UTC().Format("01/02/2006 15:04:05")
	q.store.issue(token)
	raw := withoutToken(q.opts.raw)
	var keep []string
	for _, p := range strings.Split(raw, "&") {
		name, _, _ := strings.Cut(p, "=")
		if n, err := url.QueryUnescape(name); err == nil && n == "$deltatoken" || p == "" {
			continue
		}
		keep = append(keep, p)
	}
	keep = append(keep, "$deltatoken="+escapeAll(token))
	return q.address + "?" + strings.Join(keep, "&")
}

package dynamics

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ferry/core/practice/world"
)

// countLimit is where Dataverse stops counting.
const countLimit = 5000

// A listing is a question for rows: of a whole table, of a collection of one row, or of changes.
type listing struct {
	model   *model
	address string // of the collection, without a query
	context string // what stands behind $metadata#: "accounts"
	among   []int  // when not nil: only these positions
}

// readSet answers accounts?… and accounts/$count.
func (c *call) readSet(m *model) error {
	if err := c.mayRead(m); err != nil {
		return err
	}
	l := listing{model: m, address: c.base + "/" + m.Set, context: m.Set}
	switch {
	case len(c.path) == 1:
		return c.list(l)
	case len(c.path) == 2 && c.path[1].name == "$count":
		return c.countOnly(l)
	}
	if strings.HasPrefix(c.path[1].name, queryNamespace) {
		return unknown("the function " + c.path[1].name)
	}
	return noSegment(c.path[1].name)
}

// list answers a page of rows.
func (c *call) list(l listing) error {
	switch {
	case c.opts.fetchXML != "":
		return unknown("FetchXML")
	case c.opts.given["$apply"]:
		return unknown("$apply")
	case c.opts.delta != "":
		return c.changes(l)
	case c.prefer.track:
		if err := c.mayTrack(l.model); err != nil {
			return err
		}
	}
	q, err := c.question(l)
	if err != nil {
		return err
	}
	return q.answer()
}

// A question is a listing with everything worked out that the query says.
type question struct {
	*call
	listing
	shape   *shape
	keep    test  // nil keeps every row
	visible test  // nil when the caller may see every row
	reads   []int // the columns that the two read
	order   []ordering
	ordered []int // the columns that the order reads
	size    int   // of a page
	top     int   // of the whole answer; -1 is no limit
	count   bool
	cookie  cookie
}

func (c *call) question(l listing) (*question, error) {
	q := &question{call: c, listing: l, top: -1, size: largestPage, cookie: cookie{page: 1}}
	o := &c.opts
	var err error
	if q.shape, err = c.store.shape(l.model, o.selects, o.hasSelect, c.prefer, c.caller); err != nil {
		return nil, err
	}
	if o.given["$filter"] {
		if q.keep, q.reads, err = c.store.filter(o.filter, o.aliases, l.model, c.caller); err != nil {
			return nil, err
		}
	}
	q.restrict()
	if o.orderby != "" {
		if q.order, q.ordered, err = c.store.ordering(o.orderby, l.model, c.caller); err != nil {
			return nil, err
		}
	}
	if o.expand != "" {
		if q.shape.expands, err = c.expand(o.expand, l.model, expandRoot); err != nil {
			return nil, err
		}
	}
	switch o.count {
	case "":
	case "true", "false":
		q.count = o.count == "true"
	default:
		return nil, badURI("Invalid value '" + o.count + "' for $count query option found. Valid values are true and false.")
	}
	if err := q.limit(o.top); err != nil {
		return nil, err
	}
	return q, q.resume(o.skiptoken)
}

// limit reads $top and the page size. $top is ignored when a page size is asked for, as the service does.
func (q *question) limit(top string) error {
	if top != "" {
		n, err := strconv.Atoi(top)
		if err != nil || n < 0 {
			return badURI("Invalid value '" + top + "' for $top query option found. The $top query option requires a non-negative integer value.")
		}
		if q.prefer.pageSize == 0 {
			q.top = n
		}
	}
	if q.prefer.pageSize > 0 {
		q.size = q.prefer.pageSize
		q.w.Header().Add("Preference-Applied", "odata.maxpagesize="+strconv.Itoa(q.size))
	}
	if len(q.prefer.annotations) > 0 {
		q.w.Header().Add("Preference-Applied", `odata.include-annotations="`+strings.Join(q.prefer.annotations, ",")+`"`)
	}
	if q.prefer.track {
		q.w.Header().Add("Preference-Applied", "odata.track-changes")
		q.cookie.tracking, q.cookie.version = true, q.store.world.Version()
	}
	return nil
}

// resume reads the $skiptoken. A page must be asked for with the same page size as the one before it.
func (q *question) resume(text string) error {
	if !q.opts.given["$skiptoken"] {
		return nil
	}
	c, ok := parseCookie(text)
	if !ok || len(c.order) != len(q.order) && c.last != "" {
		return &failure{status: http.StatusBadRequest, code: "0x80060888", message: "Invalid skip token in the query."}
	}
	if c.size != 0 && c.size != q.size || c.tracking != q.prefer.track {
		return &failure{status: http.StatusBadRequest, code: "0x80060888", message: "The paging cookie does not belong to a query with these preferences. Send the same Prefer header with every page."}
	}
	q.cookie = c
	return nil
}

// answer writes the page as the rows are found.
func (q *question) answer() error {
	out := newStream(q.w)
	w := q.walk()
	out.b = append(out.b, `{"@odata.context":`...)
	out.b = appendText(out.b, q.base+"/$metadata#"+q.context+q.shape.context())
	q.appendCount(out)
	out.b = append(out.b, `,"value":[`...)
	n, limit := 0, q.size
	if q.top >= 0 {
		limit = min(limit, q.top-(q.cookie.page-1)*q.size)
	}
	for n < limit {
		row := w.next()
		if row == nil {
			break
		}
		if n > 0 {
			out.b = append(out.b, ',')
		}
		out.b = q.shape.appendRow(out.b, row)
		n++
		q.cookie.last, q.cookie.place = row.Key, w.place
		q.cookie.order = q.values(row)
		if !out.flush(false) {
			return nil
		}
	}
	out.b = append(out.b, ']')
	more := n == q.size && (q.top < 0 || q.cookie.page*q.size < q.top) && w.next() != nil
	q.appendLinks(out, more)
	out.b = append(out.b, '}')
	out.flush(true)
	return nil
}

// appendLinks writes the link to the next page, or on the last page of a first load the one to the changes.
func (q *question) appendLinks(out *stream, more bool) {
	if more {
		q.cookie.page++
		q.cookie.size = q.size
		out.b = append(out.b, `,"@odata.nextLink":`...)
		out.b = appendText(out.b, q.cookie.next(q.address, q.opts.raw, q.model.Key))
		return
	}
	if q.cookie.tracking {
		out.b = append(out.b, `,"@odata.deltaLink":`...)
		out.b = appendText(out.b, q.deltaLink(q.cookie.version))
	}
}

func (q *question) appendCount(out *stream) {
	total, over := -1, false
	if q.count {
		total, over = q.total()
		out.b = append(out.b, `,"@odata.count":`...)
		out.b = strconv.AppendInt(out.b, int64(total), 10)
	}
	if q.prefer.wants("Microsoft.Dynamics.CRM.totalrecordcount") {
		out.b = append(out.b, `,"@Microsoft.Dynamics.CRM.totalrecordcount":`...)
		out.b = strconv.AppendInt(out.b, int64(total), 10)
	}
	if q.prefer.wants("Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded") {
		out.b = append(out.b, `,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":`...)
		out.b = strconv.AppendBool(out.b, over)
	}
	if q.prefer.wants("Microsoft.Dynamics.CRM.globalmetadataversion") {
		out.b = append(out.b, `,"@Microsoft.Dynamics.CRM.globalmetadataversion":"1"`...)
	}
}

// total counts the rows of the question, at most countLimit of them.
func (q *question) total() (n int, over bool) {
	if q.keep == nil && q.visible == nil && q.among == nil {
		n = q.store.world.Len(q.model.Logical)
		return min(n, countLimit), n > countLimit
	}
	all := *q
	all.cookie, all.order = cookie{page: 1}, nil
	w := all.walk()
	for n <= countLimit && w.next() != nil {
		n++
	}
	return min(n, countLimit), n > countLimit
}

// countOnly answers …/$count: a number as plain text behind a byte order mark.
func (c *call) countOnly(l listing) error {
	if c.opts.delta != "" {
		return c.countChanges(l)
	}
	q, err := c.question(l)
	if err != nil {
		return err
	}
	n, _ := q.total()
	c.w.Header().Set("Content-Type", "text/plain")
	_, _ = c.w.Write([]byte("\ufeff" + strconv.Itoa(n)))
	return nil
}

func (s *shape) context() string {
	if s.selected == "" && len(s.expands) == 0 {
		return ""
	}
	in := strings.Trim(s.selected, "()")
	for _, e := range s.expands {
		if in != "" {
			in += ","
		}
		in += e.name + "(" + strings.Trim(e.inner.context(), "()") + ")"
	}
	return "(" + in + ")"
}

// A stream writes an answer in pieces.
type stream struct {
	w     http.ResponseWriter
	b     []byte
	began bool
}

const pieceSize = 64 << 10

func newStream(w http.ResponseWriter) *stream {
	return &stream{w: w, b: make([]byte, 0, pieceSize+pieceSize/4)}
}

// flush sends what was written when it is enough, or all of it; false when nobody listens any more.
func (s *stream) flush(all bool) bool {
	if !all && len(s.b) < pieceSize {
		return true
	}
	if !s.began {
		s.began = true
		kind := "application/json; odata.metadata=minimal"
		if !all {
			kind += "; odata.streaming=true"
		} else if len(s.b) < pieceSize {
			s.w.Header().Set("Content-Length", strconv.Itoa(len(s.b)))
		}
		s.w.Header().Set("Content-Type", kind)
		s.w.WriteHeader(http.StatusOK)
	}
	_, err := s.w.Write(s.b)
	s.b = s.b[:0]
	return err == nil
}

// readRow answers accounts(…) and what stands behind it.
func (c *call) readRow(m *model) error {
	if err := c.mayRead(m); err != nil {
		return err
	}
	row, err := c.find(m, c.path[0])
	if err != nil {
		return err
	}
	here := m.Set + "(" + row.Key + ")"
	if len(c.path) == 1 {
		return c.oneRow(m, row, m.Set, true)
	}
	name := c.path[1].name
	if col := m.columns[name]; col != nil {
		return c.property(m, row, col, here)
	}
	if nav, ok := m.single[name]; ok && !c.path[1].call {
		return c.follow(row, nav)
	}
	if coll, ok := m.many[name]; ok && !c.path[1].call {
		child := c.store.models.table(coll.table)
		if child == nil {
			return unknown("the table behind " + name)
		}
		if err := c.mayRead(child); err != nil {
			return err
		}
		among := c.store.children(m, coll, row.Key)
		if among == nil {
			among = []int{}
		}
		l := listing{model: child, address: c.base + "/" + here + "/" + name, context: child.Set, among: among}
		switch {
		case len(c.path) == 2:
			return c.list(l)
		case c.path[2].name == "$count":
			return c.countOnly(l)
		case c.path[2].name == "$ref":
			return c.references(l)
		}
		return noSegment(c.path[2].name)
	}
	if strings.HasPrefix(name, queryNamespace) {
		return c.bound(m, row, c.path[1])
	}
	return noSegment(name)
}

// oneRow writes a single row.
func (c *call) oneRow(m *model, row *world.Row, context string, tag bool) error {
	for _, o := range []string{"$filter", "$orderby", "$top", "$count", "$skiptoken"} {
		if c.opts.given[o] {
			return badURI("The query option '" + o + "' cannot be applied to a single row.")
		}
	}
	etag := `W/"` + strconv.FormatInt(row.Version, 10) + `"`
	if c.r.Header.Get("If-None-Match") == etag && c.opts.expand == "" {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	s, err := c.store.shape(m, c.opts.selects, c.opts.hasSelect, c.prefer, c.caller)
	if err != nil {
		return err
	}
	if c.opts.expand != "" {
		if s.expands, err = c.expand(c.opts.expand, m, expandSingle); err != nil {
			return err
		}
	}
	if len(c.prefer.annotations) > 0 {
		c.w.Header().Add("Preference-Applied", `odata.include-annotations="`+strings.Join(c.prefer.annotations, ",")+`"`)
	}
	if tag {
		c.w.Header().Set("ETag", etag)
	}
	b := append([]byte(nil), `{"@odata.context":`...)
	b = appendText(b, c.base+"/$metadata#"+context+s.context()+"/$entity")
	b = append(b, ',')
	b = append(b, s.appendRow(nil, row)[1:]...)
	return c.json(b)
}

// property answers accounts(…)/name and accounts(…)/name/$value.
func (c *call) property(m *model, row *world.Row, col *world.Column, here string) error {
	cell := row.Cells[col.Index]
	if col == m.key {
		cell = world.TextCell(row.Key)
	}
	if cell.Kind == world.Null || col.Secured && !c.caller.readsSecured(m.Logical, col) {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if len(c.path) > 2 {
		if c.path[2].name != "$value" {
			return noSegment(c.path[2].name)
		}
		b := appendCell(nil, &cell)
		switch cell.Kind {
		case world.Text, world.Choices, world.Bytes:
			b = []byte(cell.S)
		}
		c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = c.w.Write([]byte(strings.Trim(string(b), `"`)))
		return nil
	}
	b := append([]byte(nil), `{"@odata.context":`...)
	b = appendText(b, c.base+"/$metadata#"+here+"/"+col.Property)
	b = append(b, `,"value":`...)
	b = appendCell(b, &cell)
	return c.json(append(b, '}'))
}

// follow answers accounts(…)/primarycontactid: the row that a lookup points at.
func (c *call) follow(row *world.Row, nav single) error {
	ref := row.Cells[nav.column.Index]
	if ref.Kind != world.Ref || ref.Table != nav.target && nav.target != "owner" && nav.target != "principal" {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	target := c.store.models.table(ref.Table)
	other := c.store.row(ref.Table, ref.S)
	if target == nil || other == nil {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if len(c.path) > 2 {
		if c.path[2].name != "$ref" {
			return noSegment(c.path[2].name)
		}
		b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata#$ref")
		b = appendText(append(b, `,"@odata.id":`...), c.base+"/"+target.Set+"("+other.Key+")")
		return c.json(append(b, '}'))
	}
	if err := c.mayRead(target); err != nil {
		return err
	}
	return c.oneRow(target, other, target.Set, true)
}

// references answers …/$ref of a collection: the addresses of its rows.
func (c *call) references(l listing) error {
	q, err := c.question(l)
	if err != nil {
		return err
	}
	b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata#Collection($ref)")
	b = append(b, `,"value":[`...)
	w := q.walk()
	for n := 0; n < q.size; n++ {
		row := w.next()
		if row == nil {
			break
		}
		if n > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"@odata.id":`...), c.base+"/"+l.model.Set+"("+row.Key+")")
		b = append(b, '}')
	}
	return c.json(append(b, "]}"...))
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

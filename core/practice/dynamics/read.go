package dynamics

import (
	"net/http"
	"strconv"
	"strings"
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
		return c.apply(l)
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
		if q.among == nil {
			q.among = c.store.among(o.filter, o.aliases, l.model)
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
func (q *question) total() (n int, over bool) { return q.counted(countLimit) }

// counted counts the rows of the question, at most limit of them.
func (q *question) counted(limit int) (n int, over bool) {
	if q.keep == nil && q.visible == nil && q.among == nil {
		n = q.store.world.Len(q.model.Logical)
		return min(n, limit), n > limit
	}
	all := *q
	all.cookie, all.order = cookie{page: 1}, nil
	w := all.walk()
	for n <= limit && w.next() != nil {
		n++
	}
	return min(n, limit), n > limit
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

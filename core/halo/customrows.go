package halo

import (
	"context"
	"net/url"
	"strconv"
	"strings"
)

// readRows reads all rows of a custom table, page by page where Halo gives pages.
func (d *Destination) readRows(ctx context.Context, t *table, ix *index) error {
	for page := 1; page <= mostPages; page++ {
		fresh, given, count, err := d.rowsPage(ctx, t, ix, page)
		if err != nil {
			return err
		}
		if page == 1 && given < count {
			t.rows.page = given
		}
		if fresh == 0 || count >= 0 && len(ix.rows) >= count {
			return nil
		}
	}
	return endless(t.display)
}

// rowsPage reads one page into an index: how many rows of it are new there, how many it has, and how many there are in all; -1
// when Halo does not say.
func (d *Destination) rowsPage(ctx context.Context, t *table, ix *index, page int) (fresh, given, count int, err error) {
	q := url.Values{"includedetails": {"true"}, "pageinate": {"true"}, "page_size": {strconv.Itoa(pageSize)}, "page_no": {strconv.Itoa(page)}}
	var o object
	if err := d.c.get(ctx, "reading the rows of a custom table of Halo", "CustomTable/"+strconv.FormatInt(t.rows.id, 10), q, &o); err != nil {
		return 0, 0, 0, err
	}
	own, _ := o["ctfield"].(map[string]any)
	if n, ok := object(own).id("id"); ok && n > 0 {
		t.rows.field = n
	}
	rows := o.all("rows")
	if rows == nil {
		rows = object(own).all("value")
	}
	for _, row := range rows {
		n, ok := row.id("id")
		if !ok || ix.rows[n] != nil {
			continue
		}
		fresh++
		ix.rows[n] = &there{id: n, row: row, whole: true}
		if key, _ := ix.rows[n].told(t.rows.key); looksLikeKey(key) {
			ix.mark(n, strings.ToLower(key), false)
		}
	}
	if n, ok := o.id("record_count"); ok {
		return fresh, len(rows), int(n), nil
	}
	return fresh, len(rows), -1, nil
}

// latestRows reads rows from the last page on, where the newest stand, until enough of them are read; known is about how many
// there are. Where Halo has another order, or gives no pages, all of them are read.
func (d *Destination) latestRows(ctx context.Context, t *table, known int, enough func(*index) bool) (*index, error) {
	ix := &index{t: t, rows: map[int64]*there{}, byKey: map[string][]int64{}}
	if t.rows.page == 0 {
		return ix, d.readRows(ctx, t, ix)
	}
	for page := (known + t.rows.page - 1) / t.rows.page; page >= 1; page-- {
		_, given, count, err := d.rowsPage(ctx, t, ix, page)
		if err != nil {
			return ix, err
		}
		if given > t.rows.page || count > known { // there are more than was known: from the beginning
			fresh := &index{t: t, rows: map[int64]*there{}, byKey: map[string][]int64{}}
			return fresh, d.readRows(ctx, t, fresh)
		}
		if enough(ix) {
			return ix, nil
		}
	}
	return ix, nil
}

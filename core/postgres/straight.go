package postgres

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"ferry/core"
)

// A first load is copied straight into the table, as long as nothing that comes is there already: the server then neither
// keeps the rows twice nor looks for each. The first row that is there ends it, for this batch and until one was made whole
// again. It is the same transaction in any case.

// plain finds out whether copying rows into a plan's table is the same as merging them, and whether the table is empty. It is
// not the same where a column has another type, which reads texts otherwise, and where rules or triggers have a say.
func (d *Destination) plain(ctx context.Context, w *writer, t *table) error {
	if t.kind != "r" || t.hooks {
		return nil
	}
	names := []string{quote(w.plan.Key)}
	if key := t.column(w.plan.Key); key == nil || key.kind != "text" {
		return nil
	}
	for _, c := range w.plan.Columns {
		if have := t.column(c.Name); have == nil || have.kind != sqlType(c.Type) {
			return nil
		}
		names = append(names, quote(c.Name))
	}
	row, err := d.one(ctx, "SELECT EXISTS (SELECT 1 FROM "+d.table(w.plan)+")")
	if err != nil {
		return err
	}
	w.direct = "COPY " + d.table(w.plan) + " (" + strings.Join(names, ", ") + ") FROM STDIN"
	w.alone = row[0] == "f"
	return nil
}

// straight copies lines, no two of which have the same key, into the table. done is false when they have to be merged; nothing
// of them is stored then.
func (d *Destination) straight(ctx context.Context, w *writer, lines []line, outcomes []core.Outcome) (done bool, err error) {
	if w.direct == "" || !w.alone {
		return false, nil
	}
	texts := make(feed, 0, len(lines))
	for _, l := range lines {
		if l.gone || l.part {
			return false, nil
		}
		texts = append(texts, l.text[l.from:])
	}
	if err := d.script(ctx, "SAVEPOINT ferry"); err != nil {
		return false, err
	}
	tag, err := d.conn.CopyFrom(ctx, &texts, w.direct)
	var refused *pgconn.PgError
	switch {
	case err == nil && tag.RowsAffected() == int64(len(lines)):
	case err == nil || errors.As(err, &refused):
		w.alone = false
		return false, d.undo(ctx)
	default:
		return false, err
	}
	if err := d.script(ctx, "RELEASE SAVEPOINT ferry"); err != nil {
		return false, err
	}
	for _, l := range lines {
		outcomes[l.row] = core.Outcome{Kind: core.Created}
		if w.capture != nil {
			w.capture.add(l.key, &capturedRow{made: true, left: w.capture.sent(l)})
		}
	}
	return true, nil
}

// A feed is lines that are sent one behind the other, as many at once as fit.
type feed [][]byte

func (f *feed) Read(p []byte) (n int, err error) {
	for len(*f) > 0 && n < len(p) {
		m := copy(p[n:], (*f)[0])
		n += m
		if (*f)[0] = (*f)[0][m:]; len((*f)[0]) == 0 {
			*f = (*f)[1:]
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

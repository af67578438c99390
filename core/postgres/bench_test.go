//go:build postgres && !windows

package postgres

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/postgres/pgtest"
)

// wide is a plan of n columns of the kinds that Dynamics has most of.
func wide(n int) core.Plan {
	p := core.Plan{ID: "account", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1}
	types := []core.ColumnType{core.ColumnText, core.ColumnText, core.ColumnInteger, core.ColumnText, core.ColumnDecimal, core.ColumnDateTime, core.ColumnBoolean, core.ColumnText, core.ColumnText, core.ColumnDouble}
	for i := range n {
		p.Columns = append(p.Columns, core.Column{Name: fmt.Sprintf("field_%02d", i), Type: types[i%len(types)], Pass: 1})
	}
	return p
}

func wideRows(p core.Plan, from, n int) []core.Record {
	rows := make([]core.Record, n)
	for i := range rows {
		values := make([]core.Value, len(p.Columns))
		for k, c := range p.Columns {
			switch x := ((from+i)*31 + k) % 97; {
			case k%10 == 7, k%3 == 2 && x%2 == 0:
				values[k] = core.Null()
			case c.Type == core.ColumnInteger:
				values[k] = core.Choice(int64(x))
			case c.Type == core.ColumnDecimal:
				values[k] = core.Decimal("12345.6700")
			case c.Type == core.ColumnDouble:
				values[k] = core.Decimal("48.137154")
			case c.Type == core.ColumnBoolean:
				values[k] = core.Bool(x%2 == 0)
			case c.Type == core.ColumnDateTime:
				values[k] = core.Time(time.Unix(1_700_000_000+int64(from+i), 0))
			default:
				values[k] = core.Text("Fabrikam Trading and Sons, " + coretest.Key(from + i)[:8])
			}
		}
		rows[i] = core.Record{Key: coretest.Key(from + i), Values: values}
	}
	return rows
}

// A cost is what something took by the clock, and how long the server's process computed for it, where that is told: others may
// use the machine too.
type cost struct{ wall, server time.Duration }

// spent is the processor time of the server's process of a connection so far; 0 where the system does not tell.
func spent(pid uint32) time.Duration {
	told, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(told), ") ")
	words := strings.Fields(rest)
	if len(words) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(words[11])
	system, _ := strconv.Atoi(words[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// BenchmarkAgainstCopy loads the same rows by COPY alone, by Ferry, and by Ferry once more without and with 1 % and 100 % of
// changes, into one server that writes as safely as a real one. What is replaced is asked for, as imports do. Medians of all
// rounds.
func BenchmarkAgainstCopy(b *testing.B) {
	const n, page = 100_000, 5000
	server := &bench{Server: pgtest.Start(b, true)}
	p := wide(20)
	pages := make([][]core.Record, 0, n/page)
	for from := 0; from < n; from += page {
		pages = append(pages, wideRows(p, from, page))
	}
	ratios := map[string][]float64{} // of each round
	note := func(name string, ratio float64) { ratios[name] = append(ratios[name], ratio) }
	for loop := 0; b.Loop(); loop++ {
		raw := server.copyAlone(b, p, pages)
		d := at(b, server.settings(b))
		prepare(b, d, p)
		load := func(run string, kind core.OutcomeKind, want int) (took cost) {
			began, before := time.Now(), spent(d.conn.PID())
			got := 0
			for i, rows := range pages {
				outcomes, err := d.Write(b.Context(), p, core.Batch{ID: fmt.Sprint(run, i), Rows: rows, Before: func([]string, []core.Replaced) error { return nil }})
				if err != nil {
					b.Fatal(err)
				}
				got += count(outcomes, kind)
			}
			if got != want {
				b.Fatalf("%d rows %s, want %d", got, kind, want)
			}
			took = cost{time.Since(began), spent(d.conn.PID()) - before}
			note(run+"/copy", took.wall.Seconds()/raw.wall.Seconds())
			if raw.server > 0 {
				note(run+"-server/copy", took.server.Seconds()/raw.server.Seconds())
			}
			return took
		}
		change := func(each int) {
			for _, rows := range pages {
				for i := 0; i < len(rows); i += each {
					rows[i].Values[0] = core.Text(fmt.Sprint("changed ", loop, each))
				}
			}
		}
		first := load("first", core.Created, n)
		if err := d.Finish(b.Context(), p); err != nil {
			b.Fatal(err)
		}
		load("unchanged", core.Unchanged, n)
		change(100)
		load("1%changed", core.Updated, n/100)
		change(1)
		load("100%changed", core.Updated, n)
		note("copy-rows/s", n/raw.wall.Seconds())
		note("first-rows/s", n/first.wall.Seconds())
	}
	for name, all := range ratios {
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2], name)
	}
}

// copyAlone is what the server can do at best: COPY into the table itself, a transaction for each page. Making the text is not
// timed.
func (b *bench) copyAlone(t testing.TB, p core.Plan, pages [][]core.Record) (took cost) {
	d := at(t, b.settings(t))
	prepare(t, d, p)
	conn, err := pgconn.Connect(t.Context(), b.Conn(pgtest.User, pgtest.Password, d.to.database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	before := spent(conn.PID())
	for _, rows := range pages {
		var text bytes.Buffer
		for i := range rows {
			l, f := encode(p, i, &rows[i])
			if f != nil {
				t.Fatal(f)
			}
			text.Write(l.text[l.from:])
		}
		began := time.Now()
		if _, err := conn.CopyFrom(t.Context(), &text, `COPY account FROM STDIN`); err != nil {
			t.Fatal(err)
		}
		took.wall += time.Since(began)
	}
	took.server = spent(conn.PID()) - before
	return took
}

package importer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"ferry/core"
	"ferry/core/importer"
)

// Whatever happens in whatever order, each receipt adds up, and all of them together tell how many rows there are: what was
// created was counted once, whether it came at once, after a stop, by a retry, or again after it was taken back.
func TestTheSumsOfAllReceiptsAreWhatStandsThere(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			sumsOf(t, rand.New(rand.NewPCG(seed, 5)))
		})
	}
}

func sumsOf(t *testing.T, r *rand.Rand) {
	maps := defaults(companies(1))
	for i := range maps[0].Columns {
		maps[0].Columns[i].NotNull = maps[0].Columns[i].Column == "name"
	}
	l := newLedger(t, maps, companies(60))
	l.source.Ranges = r.IntN(2) == 0
	told := []string{}
	did := func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) }
	for range 14 {
		switch r.IntN(5) {
		case 0: // some records change, some are refused from now on, some come or go
			data := companies(40 + r.IntN(40))
			for i := range data.Records {
				switch r.IntN(8) {
				case 0:
					data.Records[i].Values[1] = core.Null()
				case 1:
					data.Records[i].Values[1] = core.Text(fmt.Sprint("Changed ", r.IntN(1000)))
				}
			}
			l.source.Set(data)
			did("the source has %d", len(data.Records))
		case 1:
			l.stopAfter(r.IntN(4))
			did("an import is stopped")
		case 2:
			l.run()
			did("an import")
		case 3:
			did("a retry: %v", l.retryNewest())
		case 4:
			all := l.entries()
			if len(all) == 0 {
				continue
			}
			receipt, err := l.takeBack(all[r.IntN(min(3, len(all)))].Run)
			if err != nil && core.AsFault(err).Kind != core.Wrong {
				t.Fatalf("%v: %v", told, err)
			}
			did("taking back: %v, %s", err == nil, receipt.State)
		}
		stands := int64(0)
		for _, receipt := range l.entries() {
			for _, x := range receipt.Tables {
				if !x.Balanced() {
					t.Fatalf("%v: %+v does not add up", told, x)
				}
				stands += x.Created - x.Removed
			}
		}
		if rows := l.rowsThere(); stands != rows {
			t.Fatalf("%v: the receipts say that there are %d, and there are %d", told, stands, rows)
		}
	}
}

var errStop = errors.New("stop")

// stopAfter imports until the source has given so many pages.
func (l *ledger) stopAfter(pages int) {
	l.t.Helper()
	l.source.BeforePage = func(context.Context, int, core.Page) error {
		if pages--; pages < 0 {
			return errStop
		}
		return nil
	}
	d := l.open()
	defer d.Close()
	_, _ = importer.Run(context.Background(), l.job(d, l.journal), nil) // stopped or not, its receipt is looked at
	l.source.BeforePage = nil
}

// retryNewest retries what the newest import left, if anything.
func (l *ledger) retryNewest() error {
	l.t.Helper()
	w, ok, err := l.journal.LeftOver(context.Background(), "")
	if err != nil || !ok {
		return err
	}
	d := l.open()
	defer d.Close()
	j := l.job(d, l.journal)
	j.Retry = &importer.Retry{Run: w.Run.ID}
	_, err = importer.Run(context.Background(), j, nil)
	if err != nil && core.AsFault(err).Kind != core.Wrong {
		l.t.Fatal(err)
	}
	return err
}

func (l *ledger) rowsThere() int64 {
	l.t.Helper()
	if !l.there() {
		return 0
	}
	return int64(len(everything(l.t, l.path)))
}

func (l *ledger) there() bool {
	about, err := os.Stat(l.path)
	return err == nil && about.Size() > 0
}

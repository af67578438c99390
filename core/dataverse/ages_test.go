package dataverse

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// walked are the ages of n records: a third made in one weekend, the others over years.
func walked(n int) (a ages, all []int64) {
	for i := range n {
		at := int64(1_400_000_000 + i*(5*365*86400/n))
		if i%3 == 0 {
			at = 1_551_405_600 + int64(i*7919%(2*86400))
		}
		a.add(time.Unix(at, 0))
		all = append(all, at)
	}
	return a, all
}

func TestRangesOfAWalkedTableHoldAboutAsManyRecordsEach(t *testing.T) {
	for _, n := range []int{100, maxAges - 1, maxAges, maxAges + 1, 50_000} {
		a, all := walked(n)
		if len(a.at) > maxAges || len(a.at) < min(n, maxAges)/2 {
			t.Errorf("%d records: %d stand for them", n, len(a.at))
		}
		moments := a.cuts(8)
		if len(moments) != 7 {
			t.Fatalf("%d records: %d cuts", n, len(moments))
		}
		var sizes [8]int
		for _, at := range all {
			i := 0
			for i < 7 && at >= moments[i].Unix() {
				i++
			}
			sizes[i]++
		}
		for _, size := range sizes {
			if size > n/8+n/20+2 {
				t.Errorf("%d records: the ranges hold %v", n, sizes)
				break
			}
		}
	}
}

func TestRecordsOfOneSecondStayTogetherAndAreReadFirst(t *testing.T) {
	var a ages
	for i := range 900 {
		at := int64(1_400_000_000 + i*100_000)
		if i%2 == 0 {
			at = 1_450_000_000
		}
		a.add(time.Unix(at, 0))
	}
	moments := a.cuts(9)
	ranges := a.heaviestFirst(cut(core.Query{Table: "thing"}, moments), moments)
	if len(moments) < 3 || len(ranges) != len(moments)+1 {
		t.Fatalf("%d cuts, %d ranges", len(moments), len(ranges))
	}
	first := ranges[0].Range
	if second := time.Unix(1_450_000_000, 0).UTC().Format(time.RFC3339); first.From > second || first.To != "" && first.To <= second {
		t.Errorf("the first is %+v", first)
	}
	if got := new(ages).cuts(4); got != nil {
		t.Errorf("no records: %v", got)
	}
	var same ages
	same.add(time.Unix(5, 0))
	same.add(time.Unix(5, 0))
	if got := same.cuts(4); got != nil {
		t.Errorf("one second: %v", got)
	}
}

func TestTheWalkForTheMarkTellsHowToCutTheTable(t *testing.T) {
	f := newFake(t, nil)
	f.size = 100
	for i := range 90 {
		day := 1 + i%28
		year := 2010
		if i >= 80 {
			year = 2012 + i - 80
		}
		f.records = append(f.records, fmt.Sprintf(`{"thingid":"%s","createdon":"%d-01-%02dT00:00:00Z"}`, id(i), year, day))
	}
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/$count"):
			_, _ = fmt.Fprint(w, len(f.records))
			return true
		case strings.Contains(r.Header.Get("Prefer"), "track-changes"):
			if got := r.URL.Query().Get("$select"); got != "thingid,createdon" {
				t.Errorf("the walk selects %q", got)
			}
			_, _ = fmt.Fprintf(w, `{"value":[%s],"@odata.deltaLink":"%s%sthings?$deltatoken=1"}`, strings.Join(f.records, ","), f.URL, api)
			return true
		}
		return false
	}
	if _, err := f.source.Mark(context.Background(), "thing"); err != nil {
		t.Fatal(err)
	}
	parts, err := f.source.Spread(context.Background(), core.Query{Table: "thing"}, 4)
	if err != nil || len(parts) != 4 {
		t.Fatal(parts, err)
	}
	late := 0
	for _, p := range parts {
		if p.Range.From >= "2012" {
			late++
		}
	}
	if late > 1 {
		t.Errorf("ten records of ninety have %d of the ranges: %+v", late, parts)
	}
}

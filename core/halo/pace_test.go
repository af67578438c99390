package halo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// asked are the times of the requests that Halo saw, and how many of them it refused as too many.
func (w *world) asked() (times []time.Time, refused int) {
	for _, q := range w.halo.Requests() {
		times = append(times, q.Time)
		if q.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	return times, refused
}

// densest is the highest number of requests in any window.
func densest(times []time.Time, window time.Duration) (most int) {
	from := 0
	for i, at := range times {
		for !times[from].After(at.Add(-window)) {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// firms are n customers that are new.
func firms(n, from int) (b core.Batch) {
	for i := range n {
		b.Rows = append(b.Rows, core.Record{Key: key(from + i), Values: []core.Value{core.Text(fmt.Sprintf("Firm %d", from+i))}})
	}
	return b
}

var named = core.Plan{ID: "account", Source: "account", Table: customers, Key: "dynamics_id", Passes: 1, Columns: []core.Column{{Name: "name", Type: core.ColumnText, Pass: 1}}}

// Whatever the limit is, no window ever holds more requests, and Halo never has to refuse one; whoever looks is told why nothing
// happens, and until when.
func TestNoWindowHoldsMoreRequestsThanHaloTakes(t *testing.T) {
	for _, limit := range []int{300, 60, 20} {
		w := newWorld(t, practice.Settings{Requests: limit})
		d := w.open("requests", fmt.Sprint(limit), "link-module", "") // alone, so that there are many
		told := 0
		ctx := core.WithNotices(context.Background(), func(n core.Notice) {
			if strings.Contains(n.Text, "Halo asks us to wait") {
				if told++; !n.Until.After(w.clock()) || n.Until.After(w.clock().Add(usualWindow+time.Second)) {
					t.Errorf("it goes on at %s, and it is %s", n.Until, w.clock())
				}
			}
		})
		out, err := d.Write(ctx, named, firms(330, 1))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out {
			if o.Kind != core.Created {
				t.Fatalf("%+v", o)
			}
		}
		times, refused := w.asked()
		if most := densest(times, usualWindow); refused > 0 || most > limit || most < limit-limit/10-1 {
			t.Errorf("of %d, %d requests in a window; %d were too many", limit, most, refused)
		}
		if told == 0 || int64(len(times)) != d.Calls() {
			t.Errorf("%d notices; %d requests, and counted are %d", told, len(times), d.Calls())
		}
	}
}

// Where Halo counts over another time, that is paced and said: sixty in a minute are not sixty in five, nor is a limit of ten
// minutes run into.
func TestTheTimeOverWhichHaloCountsIsASetting(t *testing.T) {
	for seconds, says := range map[int]string{60: "a minute", 90: "90 seconds", 600: "10 minutes"} {
		w := newWorld(t, practice.Settings{Requests: 60, Window: seconds})
		d := w.open("requests", "60", "window", fmt.Sprint(seconds), "link-module", "")
		window, told := time.Duration(seconds)*time.Second, 0
		ctx := core.WithNotices(context.Background(), func(n core.Notice) {
			if n.Text != "" {
				told++
				if !strings.HasSuffix(n.Text, "requests in "+says) {
					t.Errorf("it is said that %q", n.Text)
				}
			}
		})
		if _, err := d.Write(ctx, named, firms(200, 1)); err != nil {
			t.Fatal(err)
		}
		times, refused := w.asked()
		if most := densest(times, window); refused > 0 || most > 60 || most < 50 || told == 0 {
			t.Errorf("%d requests in %s; %d were too many, and it was said %d times", most, says, refused, told)
		}
		if took := times[len(times)-1].Sub(times[0]); took < 3*window || took > 4*window {
			t.Errorf("200 requests at 60 in %s took %s", says, took)
		}
		f := d.Forecast(map[string]int64{customers: 6000})
		if !strings.HasPrefix(f.Text, "Halo takes 58 requests in "+says+": 6,000 records need about 6,0") || f.Takes < 100*window {
			t.Errorf("%s, %s", f.Takes, f.Text)
		}
	}
}

// Two Ferrys, and a program that takes a part of its own, share one limit: each goes on, everything arrives once, and Halo has
// to refuse few requests only.
func TestSeveralOnOneLimitAllComeToTheirEnd(t *testing.T) {
	w := newWorld(t, practice.Settings{Requests: 60})
	one, two := w.open("requests", "60", "link-module", ""), w.open("requests", "60", "link-module", "")
	waited := false
	ctx := core.WithNotices(context.Background(), func(n core.Notice) { waited = waited || strings.Contains(n.Text, "asks us to wait") })
	for i := range 60 {
		for n, d := range []*Destination{one, two} {
			out, err := d.Write(ctx, named, firms(4, 1+i*8+n*4))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range out {
				if o.Kind != core.Created {
					t.Fatalf("%+v %v", o, o.Fault)
				}
			}
		}
	}
	times, refused := w.asked()
	if n := len(w.halo.Customers()); n != 480 {
		t.Errorf("%d customers and not 480", n)
	}
	if !waited || refused == 0 || refused > len(times)/6 {
		t.Errorf("of %d requests %d were refused; waited: %t", len(times), refused, waited)
	}
	if took := times[len(times)-1].Sub(times[0]); took > time.Hour+20*time.Minute { // 480 at 60 in five minutes are 40 minutes
		t.Errorf("it took %s", took)
	}
}

// A Ferry that was killed and starts again finds the window full of its own requests.
func TestAFreshStartInAFullWindowGoesOn(t *testing.T) {
	w := newWorld(t, practice.Settings{Requests: 60})
	if _, err := w.open("requests", "60", "link-module", "").Write(context.Background(), named, firms(45, 1)); err != nil {
		t.Fatal(err)
	}
	d := w.open("requests", "60", "link-module", "")
	if _, err := d.Write(context.Background(), named, firms(300, 100)); err != nil {
		t.Fatal(err)
	}
	times, refused := w.asked()
	if refused == 0 || refused > 10 {
		t.Errorf("%d of %d requests were refused", refused, len(times))
	}
}

package halo

import (
	"context"
	"net/url"
	"strings"
)

// unproved decides about new records that got no answer, where it is not known that Ferry finds a record by its mark. Halo
// numbers records as they come: where none of the names is among those behind the last that was known, the records surely did
// not arrive, and are sent once more. In any other case they are unsure.
//
// looks is how often it is looked: Halo may still be at work on what it did not answer.
func (w *writing) unproved(ctx context.Context, jobs []*job, err error, looks int) error {
	if len(jobs) != 1 || jobs[0].tries == 2 || refused(err) {
		w.unsure(jobs, err)
		return nil
	}
	for range looks {
		if waitErr := w.d.c.wait(ctx, settle); waitErr != nil {
			w.unsure(jobs, err)
			return waitErr
		}
		if absent, lookErr := w.absent(ctx, jobs[0]); lookErr != nil || !absent {
			w.unsure(jobs, err)
			return lookErr
		}
	}
	jobs[0].tries++
	return w.create1(ctx, jobs)
}

// mostTries is how often a record is sent of which each time it was found that it did not arrive.
const mostTries = 5

// absent reports whether no record of a job's name came behind the last that is known. A list that is not in the order that was
// asked for tells nothing.
func (w *writing) absent(ctx context.Context, j *job) (bool, error) {
	last := int64(0)
	for n := range w.ix.rows {
		last = max(last, n)
	}
	name := fold(strings.TrimSpace(asText(j.element["name"])))
	if last == 0 || name == "" {
		return false, nil
	}
	absent, reached, before := true, false, int64(0)
	q := url.Values{"includeinactive": {"true"}, "orderdesc": {"true"}, "page_size": {"100"}}
	err := w.d.c.list(ctx, "looking for new records in Halo", w.s.t.path, w.s.t.key, q, func(o object) error {
		n, ok := o.id("id")
		if !ok || before != 0 && n >= before {
			absent = false
			return errEnough
		}
		before = n
		if n <= last {
			reached = n == last
			return errEnough
		}
		absent = absent && fold(o.text("name")) != name
		return nil
	})
	if err == errEnough {
		err = nil
	}
	return absent && reached, err
}

package dataverse

import (
	"cmp"
	"slices"
	"time"

	"ferry/core"
)

// maxAges is how many records' dates stand for those of a table.
const maxAges = 4096

// ages are when records of a table were created: each of them while they are few, then every second, fourth, … one. Records lie
// unevenly in time, whole tables came in a weekend, and ranges should hold as many each.
type ages struct {
	at   []int64 // seconds
	step int     // each so-manieth record is noted
	n    int     // records since the last that was
}

func (a *ages) add(t time.Time) {
	a.step = max(a.step, 1)
	if a.n++; a.n < a.step {
		return
	}
	a.n = 0
	if len(a.at) == maxAges {
		for i := range maxAges / 2 {
			a.at[i] = a.at[2*i+1]
		}
		a.at, a.step = a.at[:maxAges/2], 2*a.step
	}
	a.at = append(a.at, t.Unix())
}

// cuts are the moments that cut the records into at most n parts of about the same size.
func (a *ages) cuts(n int) (moments []time.Time) {
	at := slices.Sorted(slices.Values(a.at))
	for i := 1; i < n && len(at) > 0; i++ {
		moment := time.Unix(at[i*len(at)/n], 0).UTC()
		if moment.Unix() == at[0] || len(moments) > 0 && !moment.After(moments[len(moments)-1]) {
			continue
		}
		moments = append(moments, moment)
	}
	return moments
}

// heaviestFirst puts the ranges between some moments into the order of their sizes: what takes longest begins first.
func (a *ages) heaviestFirst(queries []core.Query, moments []time.Time) []core.Query {
	size := make(map[core.Range]int, len(queries))
	for _, at := range a.at {
		i, exact := slices.BinarySearchFunc(moments, at, func(m time.Time, at int64) int { return cmp.Compare(m.Unix(), at) })
		if exact {
			i++ // a range begins with its moment
		}
		size[queries[i].Range]++
	}
	return slices.SortedStableFunc(slices.Values(queries), func(x, y core.Query) int { return size[y.Range] - size[x.Range] })
}

// evenly are the moments that cut the time from first to last into at most n parts of the same length.
func evenly(first, last time.Time, n int) (moments []time.Time) {
	step := last.Sub(first) / time.Duration(n)
	for i := 1; i < n; i++ {
		moment := first.Add(time.Duration(i) * step).UTC().Truncate(time.Second)
		if !moment.After(first) || len(moments) > 0 && !moment.After(moments[len(moments)-1]) {
			continue
		}
		moments = append(moments, moment)
	}
	return moments
}

// remember keeps how old the records of a table are, for Split.
func (s *Source) remember(table string, a *ages) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ages[table] = a
}

// known is how old the records of a table were when it was walked last; nil when it was not.
func (s *Source) known(table string) *ages {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ages[table]
}

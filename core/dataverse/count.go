package dataverse

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"ferry/core"
	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

const (
	countCap     = 5000   // where Dataverse stops counting
	aggregateCap = 50_000 // where it stops counting by an aggregate
)

// Count tells how many records q has. Without a filter it takes the environment's own snapshot, which is up to a day
// old and ignores what the reader may see.
func (s *Source) Count(ctx context.Context, q core.Query) (core.Count, error) {
	op := "counting " + q.Table + " in " + service
	if q.Keys != nil {
		return core.Count{N: int64(len(q.Keys)), Truth: core.About}, nil
	}
	t, err := s.Describe(ctx, q.Table)
	if err != nil {
		return core.Count{}, core.During(op, err)
	}
	if q.Filter == "" && q.Range == (core.Range{}) {
		c, err := s.snapshot(ctx, q.Table)
		if err != nil {
			return core.Count{}, core.During(op, err)
		}
		if c.N > 0 { // a table that was filled today has none yet
			return limited(c, q.Limit), nil
		}
	}
	a, err := s.ask(t, core.Query{Table: q.Table, Filter: q.Filter, Range: q.Range})
	if err != nil {
		return core.Count{}, core.During(op, err)
	}
	c, err := s.counted(ctx, op, a)
	if refused(err) && q.Filter == "" {
		return core.Count{}, nil // not known; reading will tell
	}
	return limited(c, q.Limit), err
}

func limited(c core.Count, limit int) core.Count {
	if limit > 0 && c.N > int64(limit) {
		return core.Count{N: int64(limit), Truth: core.About}
	}
	return c
}

// snapshot asks for the count that the environment keeps. None is no error.
func (s *Source) snapshot(ctx context.Context, table string) (core.Count, error) {
	var answer struct {
		EntityRecordCountCollection struct {
			Keys   []string
			Values []int64
		}
	}
	err := s.optional(ctx, "RetrieveTotalRecordCount(EntityNames=['"+table+"'])", &answer)
	c := answer.EntityRecordCountCollection
	switch {
	case refused(err):
		return core.Count{}, nil
	case err != nil:
		return core.Count{}, err
	}
	for i, k := range c.Keys {
		if k == table && i < len(c.Values) {
			return core.Count{N: c.Values[i], Truth: core.About}, nil
		}
	}
	return core.Count{}, nil
}

// counted lets the environment count, as far as it does.
func (s *Source) counted(ctx context.Context, op string, a *question) (core.Count, error) {
	a.top = 1
	address := a.address(s.root, nil)
	response, err := s.rest.Do(ctx, rest.Request{Address: address + "&$count=true", Op: op, Limit: 32 << 20})
	if err != nil {
		return core.Count{}, err
	}
	defer response.Body.Close()
	scanner := scan.New(a.plan)
	scanner.Reset(response.Body)
	rows := new(scan.Rows)
	rows.Reset(0)
	for {
		ok, err := scanner.Next(rows)
		if err != nil {
			return core.Count{}, core.During(op, notDataverse(err))
		}
		if !ok {
			break
		}
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1))
	switch n := scanner.Count; {
	case n < 0:
		return core.Count{}, nil
	case n >= countCap:
		return s.aggregated(ctx, a)
	default:
		return core.Count{N: n, Truth: core.Exact}, nil
	}
}

// aggregated counts further, by an aggregate. Where the environment does not want to, what is known stays known: there are
// at least as many as it counted before. Only ctx ends it with an error.
//
// Web API: "Aggregate data using OData": at most 50,000 rows, else AggregateQueryRecordLimitExceeded.
func (s *Source) aggregated(ctx context.Context, a *question) (core.Count, error) {
	known := core.Count{N: countCap, Truth: core.AtLeast}
	apply := "aggregate($count as n)"
	if a.filter != "" {
		apply = "filter(" + a.filter + ")/" + apply
	}
	address := a.table.Set + "?$apply=" + escape(apply)
	if len(s.root)+len(address) > maxAddress {
		return known, nil
	}
	var answer struct {
		Value []struct {
			N *int64 `json:"n"`
		}
	}
	err := s.get(ctx, s.brief, "", address, &answer)
	var refusal *rest.Answer
	switch {
	case ctx.Err() != nil:
		return known, core.During("counting "+a.query.Table+" in "+service, ctx.Err())
	case errors.As(err, &refusal) && strings.Contains(strings.ToLower(refusal.Code), "8004e023"):
		return core.Count{N: aggregateCap, Truth: core.AtLeast}, nil
	case err != nil || len(answer.Value) != 1 || answer.Value[0].N == nil || *answer.Value[0].N < countCap:
		return known, nil
	}
	return core.Count{N: *answer.Value[0].N, Truth: core.Exact}, nil
}

// splitField is the field by which tables are cut: every table has it, and it never changes.
const splitField = "createdon"

// Split cuts a query into at most n ranges of createdon: of as many records each where the table was walked for its mark,
// otherwise of the same length. A small table, one without that field, and a query that is cut already stay whole.
func (s *Source) Split(ctx context.Context, q core.Query, n int) ([]core.Query, error) {
	whole := []core.Query{q}
	t, ok, err := s.divisible(ctx, q, n)
	if err != nil || !ok || q.Limit > 0 {
		return whole, err
	}
	count, err := s.Count(ctx, q)
	if err != nil {
		return nil, err
	}
	if count.Truth != core.AtLeast {
		n = int(min(int64(n), count.N/(2*int64(s.c.PageSize)))) // a range is worth asking for when it has two pages
	}
	if n < 2 {
		return whole, nil
	}
	return s.split(ctx, t, q, n)
}

// Spread cuts a query as Split does, however small the table is: for samples from all over it.
func (s *Source) Spread(ctx context.Context, q core.Query, n int) ([]core.Query, error) {
	t, ok, err := s.divisible(ctx, q, n)
	if err != nil || !ok {
		return []core.Query{q}, err
	}
	return s.split(ctx, t, q, n)
}

// divisible reports whether a query can be cut at all.
func (s *Source) divisible(ctx context.Context, q core.Query, n int) (t core.Table, ok bool, err error) {
	if n < 2 || q.Keys != nil || q.Range != (core.Range{}) {
		return t, false, nil
	}
	if t, err = s.Describe(ctx, q.Table); err != nil {
		return t, false, err
	}
	return t, dated(t), nil
}

// dated reports whether a table says when its records were created.
func dated(t core.Table) bool {
	f := t.Field(splitField)
	return f != nil && f.Readable && f.Type == core.TypeDateTime
}

// split cuts between the first and the last instant.
func (s *Source) split(ctx context.Context, t core.Table, q core.Query, n int) ([]core.Query, error) {
	if known := s.known(q.Table); known != nil {
		if moments := known.cuts(n); len(moments) > 0 {
			return known.heaviestFirst(cut(q, moments), moments), nil
		}
	}
	var first, last time.Time
	var ok1, ok2 bool
	both, inner := errgroup.WithContext(ctx)
	both.Go(func() (err error) { first, ok1, err = s.edge(inner, t, q.Filter, "asc"); return err })
	both.Go(func() (err error) { last, ok2, err = s.edge(inner, t, q.Filter, "desc"); return err })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	if !ok1 || !ok2 {
		return []core.Query{q}, nil
	}
	return cut(q, evenly(first, last, n)), nil
}

// cut makes the ranges between some moments, the first and the last of them open.
func cut(q core.Query, moments []time.Time) (queries []core.Query) {
	from := ""
	for _, moment := range moments {
		to := moment.Format(time.RFC3339)
		part := q
		part.Range = core.Range{Field: splitField, From: from, To: to}
		queries = append(queries, part)
		from = to
	}
	if from == "" {
		return []core.Query{q}
	}
	part := q
	part.Range = core.Range{Field: splitField, From: from}
	return append(queries, part)
}

// edge is the first or last instant at which a record was created; false when there is none, or the server does not
// want to sort.
func (s *Source) edge(ctx context.Context, t core.Table, filter, direction string) (time.Time, bool, error) {
	address := t.Set + "?$select=" + splitField + "&$orderby=" + splitField + "%20" + direction + "&$top=1&$filter=" +
		escape(both(filter, splitField+" ne null"))
	var answer struct {
		Value []struct {
			CreatedOn string `json:"createdon"`
		}
	}
	err := s.get(ctx, s.rest, "looking where to cut "+t.Name.Logical, address, &answer)
	if refused(err) || err == nil && len(answer.Value) == 0 {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, err
	}
	at, err := time.Parse(time.RFC3339Nano, answer.Value[0].CreatedOn)
	return at, err == nil, nil
}

func preferPages(n int) string { return "odata.maxpagesize=" + strconv.Itoa(n) }

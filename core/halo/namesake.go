package halo

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// A person without an e-mail address is found by nothing when users are matched by it. Where no mark works either, and nothing is
// remembered, he would come once more with each import. There he is the user who has his name at his site, and no e-mail address.

// A namesake looks for users by name and site.
type namesake struct {
	email, name, site int                // columns of the plan
	ids               map[string][]int64 // users without an e-mail address, by both
}

// namesake makes it; nil where a mark tells, or where the plan does not match by e-mail address alone.
func (d *Destination) namesake(s *shape, ix *index) *namesake {
	if s.t.name != users || len(s.match) != 1 || d.way(s.t).kind != byNothing {
		return nil
	}
	k := &namesake{email: s.match[0], ids: map[string][]int64{}}
	k.name = slices.IndexFunc(s.fields, func(f *field) bool { return f.member == "name" })
	k.site = slices.IndexFunc(s.fields, func(f *field) bool { return f.member == "site_id" })
	if s.fields[k.email].member != "emailaddress" || k.name < 0 || k.site < 0 {
		return nil
	}
	told := false // a list leaves out what is empty; one that has no address at all does not tell them
	for n, e := range ix.rows {
		site, ok := e.row.id("site_id")
		email := e.row.text("emailaddress")
		told = told || email != ""
		if ok && email == "" && !e.general() {
			at := nameAt(e.row.text("name"), siteRef(site))
			k.ids[at] = append(k.ids[at], n)
		}
	}
	if !told {
		return nil
	}
	return k
}

func nameAt(name string, site core.Value) string { return fold(name) + "\x00" + site.Canonical() }

// lookAround finds who is there of somebody without an e-mail address. Several are a conflict, as always.
func (w *writing) lookAround(ctx context.Context, j *job) (*core.Fault, error) {
	k := w.namesake
	if k == nil || j.there != nil || j.later || j.r.Gone || w.s.fields[k.email].comparable(j.r.Values[k.email]) != "" {
		return nil, nil
	}
	values, f, err := w.resolved(ctx, j)
	name := w.s.fields[k.name].comparable(j.r.Values[k.name])
	if f != nil || err != nil || name == "" {
		return nil, err // what is wrong is told when it is written
	}
	site := values[k.site]
	if site.Blank() && w.d.to.defaultSite != "" {
		home, err := w.d.defaultSite(ctx)
		if err != nil {
			return nil, err
		}
		site = siteRef(home)
	}
	at := nameAt(name, site)
	hits := slices.DeleteFunc(slices.Clone(k.ids[at]), func(n int64) bool {
		e := w.ix.rows[n]
		return e == nil || e.key != "" && !strings.EqualFold(e.key, j.r.Key)
	})
	switch len(hits) {
	case 0:
	case 1:
		j.there, j.marks = w.ix.rows[hits[0]], true
		k.ids[at] = nil // he is somebody now
	default:
		return severalMatch([]string{w.s.fields[k.name].display, w.s.fields[k.site].display}), nil
	}
	return nil, nil
}

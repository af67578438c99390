package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/task"
)

// mappingPage is the page of one mapping, and of the children in it. It draws a mapping.Draft and calls its verbs;
// nothing about mappings is decided here.
type mappingPage struct {
	in   *mappings
	w    *Window
	id   string         // on the list
	root *mapping.Draft // nil until the table is described
	path []string       // IDs of the open children, the outermost first
	open *mapping.Draft // of the last child in path; nil where path is empty

	from    Described
	fault   *core.Fault // why there is no draft
	wrong   *core.Fault // why the last verb did nothing
	loading *task.Task
	related map[string]*relatedTable // other tables of the source, by logical name
	met     map[string]*core.Table   // what the destination has already, by the names that were asked for
	meeting *task.Task

	sample  map[bool]*sampleState // spread over the table, or the first
	preview *mappingPreview
	parts   []mappingPart
	fields  *mappingFields   // one of them
	match   *mappingMatch    // another one
	part    mapping.PagePart // the one that is shown
	offsets map[string]float32
	then    *mapping.Place // where to lead as soon as the table is described; nil is nowhere
	systems string         // both sides, as they were when the page was opened
	plain   bool           // it was the default when the page was opened
	count   func() string  // how many records the filter holds, in words; nil and "" say nothing
}

// A mappingPart is one part of the page: fields, choices, which records. It is made once for a page and draws what
// page.draft() says at the moment.
type mappingPart interface {
	part() mapping.PagePart
	title() string
	chip() (words string, warns bool) // beside the title: how many; "" is none
	cards() []fyne.CanvasObject
	reveal(at mapping.Place) // brings the place of a Problem into view; the part is shown already
}

// relatedTable is another table of the source, as far as it is known.
type relatedTable struct {
	table   *core.Table
	fault   *core.Fault
	loading *task.Task
}

// sampleState is what was read for samples and preview.
type sampleState struct {
	ui      Sampled
	fault   *core.Fault
	loading *task.Task
	table   string        // it is of this table
	filter  string        // and of this filter
	asks    []mapping.Ask // and has what was asked of other records
	was     *Sampled      // what is shown until it is there: the same records, with less asked
}

func newMappingPage(in *mappings, id string) *mappingPage {
	p := &mappingPage{in: in, w: in.w, id: id, part: mapping.PartFields, related: map[string]*relatedTable{}, systems: in.w.systems(), sample: map[bool]*sampleState{}, offsets: map[string]float32{}}
	p.preview = newMappingPreview(p)
	p.fields, p.match = newMappingFields(p), newMappingMatch(p)
	p.parts = []mappingPart{p.fields, newMappingChoices(p), newMappingLookups(p)}
	filter := newMappingFilter(p)
	p.count = filter.count.head
	p.parts = append(p.parts, filter, p.match, newMappingPolicies(p), newMappingChildren(p))
	return p
}

// draft is the one that is shown: of the mapping, or of the open child. It is nil until the table is described.
func (p *mappingPage) draft() *mapping.Draft {
	if p.open != nil {
		return p.open
	}
	return p.root
}

// table is the logical name of the mapping's table.
func (p *mappingPage) table() string {
	for _, l := range p.w.listed() {
		if l.ID == p.id {
			return l.Table
		}
	}
	return p.id
}

// loaded is what has to be known before a mapping can be edited.
type loaded struct {
	from   Described
	to     *core.Table
	places []core.Table           // the destination's own tables of the children
	have   map[string]*core.Table // where to is nil: what the destination has under the names that were asked for; nil is nothing
}

// load describes the table on both sides and makes the draft.
func (p *mappingPage) load() {
	c := p.w.connection()
	if p.loading != nil || c == nil {
		return
	}
	saved, name := p.w.savedMapping(p.id), p.table()
	var children []mapping.Mapping
	if saved != nil {
		name, children = saved.Table, saved.Children
	}
	p.fault, p.plain = nil, saved == nil
	p.loading = p.w.describe(*c, p.table(), name, children, func(all loaded, err error) {
		p.loading = nil
		if err != nil {
			p.fault = core.AsFault(err)
			p.w.refresh()
			return
		}
		p.from = all.from
		if saved != nil {
			p.root = mapping.Edit(*saved, all.from.Table, all.to)
		} else {
			p.root = mapping.NewDraft(all.from.Table, all.to)
		}
		p.root.Place(all.places...)
		p.root.Others(p.w.others(p.id))
		p.met = all.have
		p.meet()
		p.knowNeeded(p.root.Saved())
		p.w.refresh()
		if at := p.then; at != nil {
			p.then = nil
			p.jump(*at)
		}
	})
}

// do runs a verb on the draft that is shown, keeps what became of it, and draws the page anew. What the verb refuses is
// shown on the page, and nothing changed.
func (p *mappingPage) do(verb func(d *mapping.Draft) error) bool {
	d := p.draft()
	if d == nil {
		return false
	}
	p.wrong = nil
	if err := verb(d); err != nil {
		p.wrong = core.AsFault(err)
		p.w.refresh()
		return false
	}
	if p.open != nil {
		p.putChildren()
	}
	p.changed()
	return true
}

// changed keeps the draft and draws the page anew. What is the default again after Undo is not kept: it goes on to
// carry fields that are made later.
func (p *mappingPage) changed() {
	p.in.before = nil
	if p.plain && p.root.CanUndo() == "" && p.isDefault() {
		p.w.dropMapping(p.id)
	} else {
		p.w.keepMapping(p.root.Saved())
	}
	p.meet()
	p.w.refresh()
}

// isDefault reports whether the mapping is what it would be if nobody had said anything.
func (p *mappingPage) isDefault() bool {
	return mapping.Digest(p.root.Saved()) == mapping.Digest(mapping.NewDraft(*p.root.Source(), p.root.Destination()).Saved())
}

// putChildren brings the open child back into its parents, so that the whole mapping has what was edited.
func (p *mappingPage) putChildren() {
	saved := p.open.Saved()
	for depth := len(p.path) - 1; depth > 0; depth-- {
		parent, ok := p.at(p.path[:depth])
		if !ok || parent.PutChild(saved) != nil {
			return
		}
		saved = parent.Saved()
	}
	if err := p.root.PutChild(saved); err != nil {
		p.wrong = core.AsFault(err)
	}
}

// at is a Draft of the child at the end of a path.
func (p *mappingPage) at(path []string) (*mapping.Draft, bool) {
	d := p.root
	for _, id := range path {
		child, ok := d.Child(id)
		if !ok {
			return nil, false
		}
		d = child
	}
	return d, true
}

// openChild shows the page of a child of the present draft.
func (p *mappingPage) openChild(id string) {
	p.settle()
	path := append(append([]string{}, p.path...), id)
	if d, ok := p.at(path); ok {
		p.keepOffset()
		p.path, p.open, p.wrong, p.part = path, d, nil, mapping.PartFields
		p.w.refresh()
		p.toOffset()
	}
}

// leaveChild goes back to the parent; false when no child is open.
func (p *mappingPage) leaveChild() bool {
	p.settle()
	if len(p.path) == 0 {
		return false
	}
	p.keepOffset()
	p.path = p.path[:len(p.path)-1]
	p.reopen()
	p.part, p.wrong = mapping.PartChildren, nil
	return true
}

// reopen makes the open child's draft anew, after its parents changed.
func (p *mappingPage) reopen() {
	p.open = nil
	for len(p.path) > 0 {
		if d, ok := p.at(p.path); ok {
			p.open = d
			return
		}
		p.path = p.path[:len(p.path)-1]
	}
}

// undo and redo take steps of the whole mapping.
func (p *mappingPage) undo() {
	p.settle()
	if _, ok := p.root.Undo(); ok {
		p.wrong = nil
		p.reopen()
		p.changed()
	}
}

func (p *mappingPage) redo() {
	p.settle()
	if _, ok := p.root.Redo(); ok {
		p.wrong = nil
		p.reopen()
		p.changed()
	}
}

// know describes another table of the source and tells the draft of it; nil while it is not known yet. fault says why
// it cannot be.
func (p *mappingPage) know(table string) (t *core.Table, fault *core.Fault) {
	r := p.related[table]
	c := p.w.connection()
	if r == nil && c != nil {
		r = &relatedTable{}
		p.related[table] = r
		conn := *c
		r.loading = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (Described, error) {
			return p.w.o.Engine.Describe(ctx, conn, table)
		}, nil, func(d Described, err error) {
			r.loading = nil
			if err != nil {
				r.fault = core.AsFault(err)
			} else {
				r.table = &d.Table
				p.root.Know(d.Table)
				p.reopen()
				p.knowNeeded(p.root.Saved())
			}
			p.w.refresh()
		})
	}
	if r == nil {
		return nil, nil
	}
	return r.table, r.fault
}

// samples are records of the draft's table, with its filter; they are read once. Nil while they are not there; fault
// says why they cannot be.
func (p *mappingPage) samples(spread bool) (*Sampled, *core.Fault) {
	d, c := p.draft(), p.w.connection()
	if d == nil || c == nil {
		return nil, nil
	}
	filter, err := p.filterText(d.Saved())
	if err != nil {
		return nil, core.AsFault(err)
	}
	s, asks := p.sample[spread], p.asks()
	same := s != nil && s.table == d.Source().Name.Logical && s.filter == filter
	if !same || s.lacks(asks) {
		was := (*Sampled)(nil)
		if s != nil {
			s.loading.Cancel()
			if same {
				was = s.known()
			}
		}
		s = &sampleState{table: d.Source().Name.Logical, filter: filter, asks: asks, was: was}
		p.sample[spread] = s
		conn, request := *c, SampleRequest{Table: *d.Source(), Filter: filter, Count: sampleCount, Spread: spread, Asks: asks}
		s.loading = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (Sampled, error) {
			return p.w.o.Engine.Sample(ctx, conn, request)
		}, nil, func(all Sampled, err error) {
			s.loading = nil
			if s.ui = all; err != nil {
				s.fault = core.AsFault(err)
			}
			if p.sample[spread] == s {
				p.w.refresh()
			}
		})
	}
	return s.known(), s.fault
}

// known is what is there already; nil is nothing.
func (s *sampleState) known() *Sampled {
	if s.loading != nil || s.fault != nil && s.was != nil {
		return s.was
	}
	return &s.ui
}

// lacks reports whether something is asked that was not.
func (s *sampleState) lacks(asks []mapping.Ask) bool {
	return slices.ContainsFunc(asks, func(a mapping.Ask) bool { return !slices.Contains(s.asks, a) })
}

// asks are what the draft wants to know of other records, and the column whose details lie open.
func (p *mappingPage) asks() []mapping.Ask {
	m := p.draft().Saved()
	if b := p.fields.rested(); b != nil {
		m.Columns = append(slices.Clone(m.Columns), *b)
	}
	return m.Asks()
}

// sampleCount is how many records samples and preview are made from.
const sampleCount = 100

// close ends what is under way for the page.
func (p *mappingPage) close() {
	p.loading.Cancel()
	p.meeting.Cancel()
	p.settle()
	for _, s := range p.sample {
		s.loading.Cancel()
	}
	for _, r := range p.related {
		r.loading.Cancel()
	}
}

package dataverse

import (
	"context"
	"slices"
	"strings"
	"sync"

	"ferry/core"
)

const castPrefix = "/Attributes/Microsoft.Dynamics.CRM."

// casts are asked for apart from the attributes: derived properties are not part of the base type, and one question
// covers one concrete type only.
func casts() []string {
	const options = "AttributeMetadata?$select=LogicalName&$expand=OptionSet,GlobalOptionSet"
	const own = "AttributeMetadata?$select=LogicalName&$expand=OptionSet"
	return []string{
		"Picklist" + options, "MultiSelectPicklist" + options, "State" + own, "Status" + own, "Boolean" + own,
		"String" + "AttributeMetadata?$select=LogicalName,MaxLength",
		"Memo" + "AttributeMetadata?$select=LogicalName,MaxLength",
		"DateTime" + "AttributeMetadata?$select=LogicalName,Format,DateTimeBehavior",
		"Lookup" + "AttributeMetadata?$select=LogicalName,Targets",
	}
}

type relationship struct {
	SchemaName           string
	ReferencedEntity     string
	ReferencingEntity    string
	ReferencingAttribute string
	NavigationName       string `json:"ReferencingEntityNavigationPropertyName"`
	CollectionName       string `json:"ReferencedEntityNavigationPropertyName"`
}

// Describe tells what a table is made of. What a server does not want to tell about types, relations and keys is
// left out; its attributes must be there.
func (s *Source) Describe(ctx context.Context, table string) (core.Table, error) {
	if err := s.ready(ctx); err != nil {
		return core.Table{}, core.During("reading about the table from "+service, err)
	}
	t, err := remember(ctx, s, "table "+table, func(ctx context.Context) (core.Table, error) {
		t, err := s.describe(ctx, table)
		return t, core.During("reading about the table from "+service, err)
	})
	if err != nil {
		return core.Table{}, err
	}
	t.Fields = slices.Clone(t.Fields) // a caller may change what it got
	return t, nil
}

func (s *Source) describe(ctx context.Context, table string) (core.Table, error) {
	d, err := s.definition(ctx, s.rest, table)
	if err != nil {
		return core.Table{}, err
	}
	var answer struct{ Value []attribute }
	if err := s.parts(ctx, s.rest, "", entity(table)+"/Attributes", attributeParts(), &answer); err != nil {
		return core.Table{}, err
	}
	t := core.Table{
		Name: s.name(d), Set: d.EntitySetName, Key: d.PrimaryIDAttribute, Title: d.PrimaryNameAttribute,
		Fields: s.fields(answer.Value), Tracked: d.ChangeTrackingEnabled,
	}
	key := t.Field(t.Key)
	if key == nil {
		return core.Table{}, noSuchTable(table)
	}
	if key.Type == core.TypeID {
		key.Targets = []string{t.Name.Logical}
	}
	if err := s.details(ctx, &t, present(answer.Value)); err != nil {
		return core.Table{}, err
	}
	s.allowed(ctx, d, answer.Value, &t)
	return t, ctx.Err()
}

// allowed adds what who signed in may do with the table. A field that column security hides cannot be read: it would come
// back empty, and an empty value is not what is stored there.
func (s *Source) allowed(ctx context.Context, d definition, attributes []attribute, t *core.Table) {
	_, reach := s.reach(ctx, s.rights(ctx), d, "Read")
	t.Rights = core.Rights{Read: reach, Known: reach != core.DepthNone}
	hidden, known := s.secured(ctx, attributes)
	for _, name := range hidden {
		if f := t.Field(name); f != nil {
			f.Readable, f.Veiled = f.Readable && !known, !known
		}
	}
}

// present are the kinds of attributes that a table has: the others need not be asked about.
func present(attributes []attribute) map[string]bool {
	kinds := make(map[string]bool)
	for i := range attributes {
		kinds[attributes[i].kind()] = true
	}
	if kinds["Owner"] || kinds["Customer"] || kinds["PartyList"] {
		kinds["Lookup"] = true
	}
	return kinds
}

// details asks everything optional at once; core/rest decides how much of that really runs at once.
func (s *Source) details(ctx context.Context, t *core.Table, kinds map[string]bool) error {
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		failure error
	)
	ask := func(path string, answer any, take func()) {
		wg.Go(func() {
			err := s.optional(ctx, entity(t.Name.Logical)+path, answer)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				take()
			case !refused(err):
				failure = err
			}
		})
	}
	for _, cast := range casts() {
		kind, _, _ := strings.Cut(cast, "AttributeMetadata")
		if !kinds[kind] {
			continue
		}
		var answer struct{ Value []attribute }
		ask(castPrefix+cast, &answer, func() {
			for i := range answer.Value {
				if f := t.Field(answer.Value[i].LogicalName); f != nil {
					s.concrete(f, &answer.Value[i].attributeTypeParts)
				}
			}
		})
	}
	const ends = "?$select=SchemaName,ReferencedEntity,ReferencingEntity,ReferencingAttribute,ReferencingEntityNavigationPropertyName," +
		"ReferencedEntityNavigationPropertyName"
	var manyToOne, oneToMany struct{ Value []relationship }
	ask("/ManyToOneRelationships"+ends, &manyToOne, func() {})
	ask("/OneToManyRelationships"+ends, &oneToMany, func() {
		for _, r := range oneToMany.Value {
			t.Relations = append(t.Relations, core.Relation{Name: r.SchemaName, Nav: r.CollectionName, Table: r.ReferencingEntity, Field: r.ReferencingAttribute})
		}
	})
	var keys struct {
		Value []struct {
			KeyAttributes        []string
			EntityKeyIndexStatus string
		}
	}
	ask("/Keys?$select=LogicalName,KeyAttributes,EntityKeyIndexStatus", &keys, func() {
		for _, k := range keys.Value {
			if k.EntityKeyIndexStatus == "Active" && len(k.KeyAttributes) > 0 {
				t.Keys = append(t.Keys, k.KeyAttributes)
			}
		}
	})
	wg.Wait()
	navigate(t, manyToOne.Value)
	return failure
}

// optional asks for something that a server may not have. Such servers answer 500 too, which is not worth waiting
// for as long as for records.
func (s *Source) optional(ctx context.Context, address string, answer any) error {
	err := s.get(ctx, s.brief, "", address, answer)
	if err == nil || refused(err) {
		return err
	}
	return s.get(ctx, s.rest, "", address, answer)
}

// navigate adds the names by which lookups are written, and the targets where the lookups did not tell them.
func navigate(t *core.Table, manyToOne []relationship) {
	for i := range t.Fields {
		f := &t.Fields[i]
		if !f.Type.IsLookup() {
			continue
		}
		var seen []string
		for _, r := range manyToOne {
			if r.ReferencingAttribute != f.Name || r.NavigationName == "" {
				continue
			}
			if f.Nav == nil {
				f.Nav = make(map[string]string)
			}
			f.Nav[r.ReferencedEntity] = r.NavigationName
			seen = append(seen, r.ReferencedEntity)
		}
		if len(f.Targets) == 0 && f.Type != core.TypeOwner {
			slices.Sort(seen)
			f.Targets = slices.Compact(seen)
		}
		if len(f.Targets) == 0 && f.Type == core.TypeOwner {
			f.Targets = []string{"systemuser", "team"}
		}
	}
}

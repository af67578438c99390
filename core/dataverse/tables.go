package dataverse

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/rest"
)

// A definition is what EntityDefinitions says about one table.
type definition struct {
	LogicalName           string
	SchemaName            string
	LogicalCollectionName string
	EntitySetName         string
	PrimaryIDAttribute    string `json:"PrimaryIdAttribute"`
	PrimaryNameAttribute  string
	IsCustomEntity        bool
	IsActivity            bool
	IsIntersect           bool
	IsPrivate             bool
	ChangeTrackingEnabled bool
	DisplayName           label
	DisplayCollectionName label
}

// A label is a text in several languages.
type label struct {
	LocalizedLabels    []localized
	UserLocalizedLabel *localized
}

type localized struct {
	Label        string
	LanguageCode int
}

// in picks a label's text: the wanted language, the user's own, English, any.
func (l label) in(language int) string {
	find := func(code int) string {
		for _, t := range l.LocalizedLabels {
			if t.LanguageCode == code && t.Label != "" {
				return t.Label
			}
		}
		return ""
	}
	var own, wanted, first string
	if l.UserLocalizedLabel != nil {
		own = l.UserLocalizedLabel.Label
	}
	if language != 0 {
		if wanted = find(language); wanted == "" && l.UserLocalizedLabel != nil && l.UserLocalizedLabel.LanguageCode == language {
			wanted = own
		}
	}
	for _, t := range l.LocalizedLabels {
		first = cmp.Or(first, t.Label)
	}
	return cmp.Or(wanted, own, find(1033), first)
}

// has reports whether a label has a text in a language; every label has one in the user's own.
func (l label) has(language int) bool {
	own := l.UserLocalizedLabel
	return language == 0 || own != nil && own.LanguageCode == language && own.Label != "" ||
		slices.ContainsFunc(l.LocalizedLabels, func(t localized) bool { return t.LanguageCode == language && t.Label != "" })
}

func (s *Source) speaks() int { return int(s.language.Load()) }

// tableParts are tried in turn: a server that does not know a part refuses the whole question.
func tableParts() []string {
	return []string{
		"?$select=LogicalName,SchemaName,LogicalCollectionName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute," +
			"IsCustomEntity,IsActivity,IsIntersect,IsPrivate,ChangeTrackingEnabled,DisplayName,DisplayCollectionName",
		"?$select=LogicalName,SchemaName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,DisplayName,DisplayCollectionName",
		"",
	}
}

// Tables lists the tables that can be read: those with an entity set that are neither private nor only the middle of
// a many-to-many relation.
func (s *Source) Tables(ctx context.Context) ([]core.TableName, error) {
	if err := s.ready(ctx); err != nil {
		return nil, core.During("reading the list of tables", err)
	}
	all, err := s.definitions(ctx, s.rest)
	if err != nil {
		return nil, err
	}
	var names []core.TableName
	for _, d := range all {
		if d.LogicalName == "" || d.EntitySetName == "" || d.IsPrivate || d.IsIntersect {
			continue
		}
		names = append(names, s.name(d))
	}
	slices.SortFunc(names, func(a, b core.TableName) int { return cmp.Compare(a.Logical, b.Logical) })
	return names, nil
}

func (s *Source) name(d definition) core.TableName {
	n := core.TableName{Logical: d.LogicalName, Custom: d.IsCustomEntity}
	n.Display = cmp.Or(short(d.DisplayName.in(s.speaks())), d.SchemaName, d.LogicalName)
	n.Plural = cmp.Or(short(d.DisplayCollectionName.in(s.speaks())), n.Display)
	return n
}

func (s *Source) definitions(ctx context.Context, client *rest.Client) ([]definition, error) {
	return remember(ctx, s, "tables", func(ctx context.Context) ([]definition, error) {
		var answer struct{ Value []definition }
		err := s.parts(ctx, client, "reading the list of tables", "EntityDefinitions", tableParts(), &answer)
		return answer.Value, err
	})
}

// parts asks with the first of the given queries that the server does not refuse as one it does not understand.
func (s *Source) parts(ctx context.Context, client *rest.Client, op, path string, queries []string, v any) error {
	var err error
	for _, q := range queries {
		err = s.get(ctx, client, op, path+q, v)
		if st := status(err); st != http.StatusBadRequest && st != http.StatusNotImplemented {
			return err
		}
	}
	return err
}

var logicalName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,127}$`)

// definition tells about one table, also about one that Tables does not list.
func (s *Source) definition(ctx context.Context, client *rest.Client, table string) (definition, error) {
	if !logicalName.MatchString(table) {
		return definition{}, noSuchTable(table)
	}
	return remember(ctx, s, "definition "+table, func(ctx context.Context) (definition, error) {
		var d definition
		err := s.parts(ctx, client, "reading about the table", entity(table), tableParts(), &d)
		if refused(err) {
			// Not every server answers for a single table; the list must be there.
			all, listErr := s.definitions(ctx, client)
			if listErr != nil {
				return d, listErr
			}
			i := slices.IndexFunc(all, func(d definition) bool { return d.LogicalName == table })
			if i < 0 {
				f := *noSuchTable(table)
				f.Err = err
				return d, &f
			}
			d, err = all[i], nil
		}
		switch {
		case err != nil:
			return d, err
		case !strings.EqualFold(d.LogicalName, table) || d.EntitySetName == "" || d.PrimaryIDAttribute == "":
			return d, noSuchTable(table)
		}
		return d, nil
	})
}

func entity(table string) string { return "EntityDefinitions(LogicalName='" + table + "')" }

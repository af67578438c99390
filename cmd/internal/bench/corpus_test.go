//go:build bench && postgres && !windows

package bench

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/mapping"
	"ferry/core/practice"
	"ferry/core/practice/world"
	"ferry/core/rest"
)

// mapped are the fields that go into columns, of the sixty that the table has.
func mapped() []string {
	return []string{
		"name", "accountnumber", "telephone1", "emailaddress1", "websiteurl", "description", "address1_line1", "address1_city",
		"address1_postalcode", "address1_country", "revenue", "numberofemployees", "industrycode", "statecode", "statuscode",
		"donotemail", "createdon", "modifiedon", "primarycontactid", "parentaccountid",
	}
}

// sixty leaves the accounts their key, the mapped columns, and those that their rows fill in most often, sixty in all.
func sixty(w *world.World) error {
	t := w.Table("account")
	filled := map[*world.Column]int{}
	for i := range 300 {
		row, _ := w.Row(t, i)
		for c, cell := range row.Cells {
			if cell.Kind != world.Null {
				filled[t.Columns[c]]++
			}
		}
	}
	use := func(c *world.Column) int {
		switch {
		case c.Logical == t.Key || slices.Contains(mapped(), c.Logical):
			return 1000
		case !c.ValidForRead || !c.ValidOData || c.Property == "" || c.AttributeOf != "":
			return -1
		}
		return filled[c]
	}
	columns := slices.Clone(t.Columns)
	slices.SortStableFunc(columns, func(a, b *world.Column) int { return cmp.Compare(use(b), use(a)) })
	for _, c := range columns[60:] {
		if err := w.RemoveColumn("account", c.Logical); err != nil {
			return err
		}
	}
	return nil
}

// change changes one account of a hundred.
func change(w *world.World, round int) error {
	t := w.Table("account")
	for i := 0; i < w.Len("account"); i += 100 {
		text := world.TextCell(fmt.Sprintf("+49 30 %06d-%d", i, round))
		if err := w.Set("account", w.Key(t, i), map[string]world.Cell{"telephone1": text}); err != nil {
			return err
		}
	}
	return nil
}

// weekend gives the accounts that came with a move from an older system, a third of them, two days instead of one second: no
// range could tell those apart, and no real system makes as many at once.
func weekend(w *world.World) error {
	t := w.Table("account")
	created := slices.IndexFunc(t.Columns, func(c *world.Column) bool { return c.Logical == "createdon" })
	perSecond := map[int64]int{}
	for i := range w.Len("account") {
		row, _ := w.Row(t, i)
		at := row.Cells[created].N
		if n := perSecond[at]; n > 0 {
			if err := w.Set("account", w.Key(t, i), map[string]world.Cell{"createdon": world.TimeCell(time.Unix(at+int64(n)*7919%(2*86400), 0))}); err != nil {
				return err
			}
		}
		perSecond[at]++
	}
	return nil
}

// token signs in as the application.
func token(ctx context.Context, env *practice.Environment) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {env.SecretApp}, "client_secret": {env.Secret}, "scope": {env.Org + "/.default"}}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, env.Authority+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	t, err := rest.NewTransport(rest.Network{Roots: env.Pool, Proxy: rest.Proxy{Mode: rest.NoProxy}})
	if err != nil {
		return "", err
	}
	a, err := t.RoundTrip(q)
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(a.Body).Decode(&answer); err != nil || answer.Token == "" {
		return "", fmt.Errorf("no token: HTTP %d, %w", a.StatusCode, err)
	}
	return answer.Token, nil
}

// source reads the accounts as Ferry does, without anything behind it.
func source(org, token string, ca []byte) (*dataverse.Source, error) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	t, err := rest.NewTransport(rest.Network{Roots: pool, Proxy: rest.Proxy{Mode: rest.NoProxy}})
	if err != nil {
		return nil, err
	}
	return dataverse.New(dataverse.Config{Org: org, Version: "v9.2", Transport: t, Token: func(context.Context, string) (string, error) { return token, nil }})
}

// plan is the mapping of the twenty columns.
func plan(ctx context.Context, s core.Source) (mapping.Mapping, error) {
	t, err := s.Describe(ctx, "account")
	if err != nil {
		return mapping.Mapping{}, err
	}
	m := mapping.Default(t)
	m.Columns = slices.DeleteFunc(m.Columns, func(b mapping.Binding) bool { return !slices.Contains(mapped(), b.Column) })
	if len(m.Columns) != len(mapped()) {
		return m, fmt.Errorf("%d of %d columns are mapped", len(m.Columns), len(mapped()))
	}
	return m, nil
}

// selects are the properties of the mapped fields, as the Web API names them.
func selects() string {
	var out []string
	for _, name := range mapped() {
		if name == "primarycontactid" || name == "parentaccountid" {
			name = "_" + name + "_value"
		}
		out = append(out, name)
	}
	return strings.Join(out, ",")
}

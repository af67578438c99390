package dynamics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"ferry/core/practice/world"
)

// payload reads the body of a create or an update into cells, in the words in which Dataverse refuses. id is the
// primary key that the body names, "" when it names none.
func (c *call) payload(m *model, body []byte, create bool) (cells map[string]world.Cell, id string, err error) {
	var members map[string]json.RawMessage
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return nil, "", badPayload("Error identified in Payload provided by the user for Entity :'" + m.Set + "', For more information on this error please follow this help link. InnerException : Invalid JSON.")
	}
	cells = map[string]world.Cell{}
	for name, raw := range members {
		if nav, ok := strings.CutSuffix(name, "@odata.bind"); ok {
			if err := c.bindLookup(m, nav, raw, cells); err != nil {
				return nil, "", err
			}
			continue
		}
		if strings.Contains(name, "@") {
			continue // annotations say nothing that is stored
		}
		col := m.columns[name]
		switch {
		case col == nil && (m.hasNav(name)):
			return nil, "", unknown("deep insert")
		case col == nil:
			return nil, "", badPayload(fmt.Sprintf("Error identified in Payload provided by the user for Entity :'%s', For more information on this error please follow this help link. InnerException : Microsoft.OData.ODataException: An error occurred while validating the payload: The property '%s' does not exist on type 'Microsoft.Dynamics.CRM.%s'.", m.Set, name, m.Logical))
		case lookup(col):
			return nil, "", badPayload("CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.")
		case col == m.key:
			if id, err = keyValue(raw); err != nil {
				return nil, "", err
			}
			continue
		case create && !col.ValidForCreate || !create && !col.ValidForUpdate:
			continue // read-only columns are passed over in silence
		}
		if col.Secured && !c.caller.readsSecured(m.Logical, col) {
			code := "0x8004f507"
			if create {
				code = "0x8004f502"
			}
			return nil, "", &failure{status: 403, code: code, message: "Caller user with Id " + c.caller.userID + " does not have permissions to the secured field '" + col.Logical + "'."}
		}
		cell, err := cellFromJSON(m, col, raw)
		if err != nil {
			return nil, "", err
		}
		cells[col.Logical] = cell
	}
	return cells, id, stateAndStatus(m, cells)
}

func (m *model) hasNav(name string) bool {
	_, one := m.single[name]
	_, many := m.many[name]
	return one || many
}

func keyValue(raw json.RawMessage) (string, error) {
	var s string
	if json.Unmarshal(raw, &s) != nil || !wholeGUID.MatchString(s) {
		return "", badPayload("Cannot convert the value to the expected type 'Edm.Guid'.")
	}
	return strings.ToLower(s), nil
}

var bindPath = regexp.MustCompile(`^(?:https?://[^/]+)?(?:(?:/[A-Za-z0-9_-]+)?/?api/data/v\d+\.\d+)?/?([A-Za-z_][A-Za-z0-9_]*)\((.+)\)$`)

// bindLookup reads nav@odata.bind: the address of a row, or null.
func (c *call) bindLookup(m *model, name string, raw json.RawMessage, cells map[string]world.Cell) error {
	nav, ok := m.single[name]
	if !ok {
		return badPayload(fmt.Sprintf("Error identified in Payload provided by the user for Entity :'%s'. An undeclared property '%s' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.", m.Set, name))
	}
	var address *string
	if json.Unmarshal(raw, &address) != nil {
		return badPayload("The value of '" + name + "@odata.bind' must be text.")
	}
	if address == nil {
		cells[nav.column.Logical] = world.Cell{}
		return nil
	}
	cell, err := c.reference(*address)
	if err != nil {
		return err
	}
	if cell.Table != nav.target && !abstract(nav.target) {
		return badPayload("A value of type '" + cell.Table + "' cannot be bound to '" + name + "'.")
	}
	cells[nav.column.Logical] = cell
	return nil
}

// reference finds the row that an address names.
func (c *call) reference(address string) (world.Cell, error) {
	if strings.HasPrefix(address, "$") {
		whole, ok := c.refs[strings.TrimPrefix(address, "$")]
		if !ok {
			return world.Cell{}, badPayload("Content-ID Reference: '" + address + "' does not exist in the batch context.")
		}
		address = whole
	}
	p := bindPath.FindStringSubmatch(address)
	if p == nil {
		return world.Cell{}, badPayload("Invalid URI '" + address + "'.")
	}
	target := c.store.models.set(p[1])
	if target == nil {
		return world.Cell{}, noSegment(p[1])
	}
	key, err := c.keyOf(target, p[2])
	if err != nil {
		return world.Cell{}, err
	}
	if _, ok := c.store.world.Find(target.Table, key); !ok {
		return world.Cell{}, noRow(target.Logical, key)
	}
	return world.RefCell(target.Logical, key), nil
}

// cellFromJSON reads a value of a column and checks what Dataverse checks.
func cellFromJSON(m *model, col *world.Column, raw json.RawMessage) (world.Cell, error) {
	text := string(bytes.TrimSpace(raw))
	if text == "null" {
		return world.Cell{}, nil
	}
	wrong := badPayload(fmt.Sprintf("Error identified in Payload provided by the user for Entity :'%s'. Cannot convert a value of '%s' to the expected target type '%s'.", m.Set, col.Property, edm(col)))
	var s string
	isText := json.Unmarshal(raw, &s) == nil
	switch edm(col) {
	case "Edm.String":
		if !isText {
			return world.Cell{}, wrong
		}
		return textCell(m, col, s)
	case "Edm.Boolean":
		if text != "true" && text != "false" {
			return world.Cell{}, wrong
		}
		return world.BoolCell(text == "true"), nil
	case "Edm.Int32", "Edm.Int64":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return world.Cell{}, wrong
		}
		return wholeCell(m, col, n)
	case "Edm.Decimal", "Edm.Double":
		return decimalCell(col, text, wrong)
	case "Edm.Date":
		d, err := time.Parse("2006-01-02", s)
		if !isText || err != nil {
			return world.Cell{}, wrong
		}
		return world.Cell{Kind: world.Date, N: d.Unix()}, nil
	case "Edm.DateTimeOffset":
		d, ok := dayOrInstant(s)
		if !isText || !ok {
			return world.Cell{}, wrong
		}
		return world.TimeCell(d), nil
	case "Edm.Guid":
		if !wholeGUID.MatchString(s) {
			return world.Cell{}, wrong
		}
		return world.TextCell(strings.ToLower(s)), nil
	}
	return world.Cell{}, unknown("writing " + col.Type)
}

func textCell(m *model, col *world.Column, s string) (world.Cell, error) {
	if col.Type == "MultiSelectPicklistType" {
		var codes []int
		for _, p := range strings.Split(s, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(p))
			if err != nil || !hasOption(col, int64(n)) {
				return world.Cell{}, outside(m, col, p)
			}
			codes = append(codes, n)
		}
		slices.Sort(codes)
		return world.ChoicesCell(strings.ReplaceAll(strings.Trim(fmt.Sprint(slices.Compact(codes)), "[]"), " ", ",")), nil
	}
	if n := len(utf16.Encode([]rune(s))); col.MaxLength > 0 && n > col.MaxLength {
		return world.Cell{}, &failure{status: 400, code: "0x80044331", message: fmt.Sprintf("A validation error occurred.  The length of the '%s' attribute of the '%s' entity exceeded the maximum allowed length of '%d'.", col.Logical, m.Logical, col.MaxLength)}
	}
	if s == "" {
		return world.Cell{}, nil // the database keeps no empty texts
	}
	return world.TextCell(s), nil
}

func hasOption(col *world.Column, n int64) bool {
	return slices.ContainsFunc(col.Options, func(o world.Option) bool { return int64(o.Value) == n })
}

func outside(m *model, col *world.Column, value string) error {
	return &failure{status: 400, code: "0x8004431a", message: fmt.Sprintf("A validation error occurred. The value %s of '%s' on record of type '%s' is outside the valid range.", value, col.Logical, m.Logical)}
}

func wholeCell(m *model, col *world.Column, n int64) (world.Cell, error) {
	switch col.Type {
	case "PicklistType", "StateType", "StatusType":
		if !hasOption(col, n) {
			return world.Cell{}, outside(m, col, strconv.FormatInt(n, 10))
		}
		return world.Cell{Kind: world.Choice, N: n}, nil
	}
	if col.Min != nil && float64(n) < *col.Min || col.Max != nil && float64(n) > *col.Max || edm(col) == "Edm.Int32" && (n > math.MaxInt32 || n < math.MinInt32) {
		return world.Cell{}, outside(m, col, strconv.FormatInt(n, 10))
	}
	return world.IntCell(n), nil
}

// decimalCell keeps a number with the digits that its column has: money four, others its precision.
func decimalCell(col *world.Column, text string, wrong error) (world.Cell, error) {
	cell := world.DecimalCell(text)
	r := number(&cell)
	if r == nil || strings.HasPrefix(text, `"`) {
		return world.Cell{}, wrong
	}
	if col.Type == "DoubleType" {
		f, _ := r.Float64()
		return world.DoubleCell(f), nil
	}
	places := col.Precision
	if col.Type == "MoneyType" {
		places = 4
	}
	return world.DecimalCell(r.FloatString(places)), nil
}

// stateAndStatus completes a state by its default status and refuses pairs that do not belong together.
func stateAndStatus(m *model, cells map[string]world.Cell) error {
	state, hasState := cells["statecode"]
	status, hasStatus := cells["statuscode"]
	if !hasState {
		return nil
	}
	if !hasStatus {
		if col := m.logical["statecode"]; col != nil {
			for _, o := range col.Options {
				if int64(o.Value) == state.N {
					cells["statuscode"] = world.ChoiceCell(o.DefaultStatus)
				}
			}
		}
		return nil
	}
	if col := m.logical["statuscode"]; col != nil {
		for _, o := range col.Options {
			if int64(o.Value) == status.N && int64(o.State) != state.N {
				return &failure{status: 400, code: "0x80048408", message: fmt.Sprintf("%d is not a valid status code for state code %d on %s.", status.N, state.N, m.Logical)}
			}
		}
	}
	return nil
}

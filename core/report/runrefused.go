package report

import (
	"ferry/core/importer"
)

// Records are what a list of refused records also shows of each, when values were chosen: what its source has now. Nothing of
// it was kept.
type Records struct {
	Head []string // of the cells
	// Read tells the cells of some records of a table by their keys. One that is not there is left out.
	Read func(table string, keys []string) (map[string][]string, error)
}

// readAtOnce is how many records are read together.
const readAtOnce = 500

// RefusedHead are the columns of Refused.
func (r Run) RefusedHead() []string {
	columns := []string{"Table", "Table name", "Record id", "What became of it", "Cause", "What to do", "Who can do it", "Field", "Code"}
	if r.Values {
		columns = append(columns, "About", "Value")
		if r.Records != nil {
			columns = append(columns, r.Records.Head...)
		}
	}
	return columns
}

// Refused tells every record that was not written as it should, with the reason beside it, as a row of cells; and how many
// there were. What a spreadsheet would run is not looked after.
func (r Run) Refused(row func(cells ...string) error) (n int64, err error) {
	columns := len(r.RefusedHead())
	var some []importer.Refusal
	flush := func() error {
		cells, err := r.recordsOf(some)
		for _, x := range some {
			if err != nil {
				return err
			}
			n++
			f := orNoReason(x.Fault)
			line := []string{plain(x.Table), plain(r.title(x.Table)), plain(r.recordID(x)), became(x.Kind), plain(f.Cause), plain(f.Remedy), plain(owner(f)), plain(field(x)), plain(f.Code)}
			if r.Values {
				key, value := r.about(x)
				line = append(append(line, key, value), cells[x.Table+"\x00"+x.Key]...)
			}
			err = row(append(line, make([]string, columns-len(line))...)...) // a row has all cells

		}
		some = some[:0]
		return err
	}
	err = r.each(func(x importer.Refusal) error {
		if some = append(some, x); len(some) < readAtOnce {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return n, err
}

// recordsOf reads what is shown of some records, by table and key.
func (r Run) recordsOf(some []importer.Refusal) (map[string][]string, error) {
	if !r.Values || r.Records == nil {
		return nil, nil
	}
	keys := map[string][]string{}
	for _, x := range some {
		if x.Key != "" {
			keys[x.Table] = append(keys[x.Table], x.Key)
		}
	}
	all := map[string][]string{}
	for table, some := range keys {
		cells, err := r.Records.Read(table, some)
		if err != nil {
			return nil, err
		}
		for key, line := range cells {
			all[table+"\x00"+key] = line
		}
	}
	return all, nil
}

package sheet

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestAListIsTextWhateverItBeginsWith(t *testing.T) {
	var out bytes.Buffer
	long := strings.Repeat("ä", 40_000)
	err := WriteList(&out, "Refused: a/b", []string{"Record id", "Cause"}, func(row func(...string) error) error {
		for _, cells := range [][]string{{"1", "=1+1"}, {"", "  a\tb \n c"}, {"0012", long}} {
			if err := row(cells...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(rows) != 4 || rows[0][1] != "Cause" || rows[1][1] != "=1+1" || rows[2][1] != "  a\tb \n c" || rows[3][0] != "0012" || len([]rune(rows[3][1])) != mostOfText {
		t.Errorf("%v, the list reads %.200q", err, rows)
	}
	if formula, err := f.GetCellFormula(f.GetSheetName(0), "B2"); err != nil || formula != "" {
		t.Errorf("%v, it runs %q", err, formula)
	}
	if props, err := f.GetAppProps(); err != nil || props.Application == "Ferry" {
		t.Errorf("%v, an import would take it for its own workbook", err)
	}
}

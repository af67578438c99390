package sheet

import (
	"os"
	"path/filepath"
	"testing"

	"ferry/core"
)

// startedAndPrepared is what an import does before it reads the first record.
func startedAndPrepared(t *testing.T, d core.Destination, p core.Plan) error {
	t.Helper()
	if err := d.(core.Starter).Start(t.Context(), core.Identity{ID: "one", Generation: 1}); err != nil {
		return err
	}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		return err
	}
	_, err = d.Prepare(t.Context(), p, things)
	return err
}

// A file that cannot be written is found out before hours of reading, not after them.
func TestAPlaceThatTakesNoFilesIsToldBeforeAnythingIsRead(t *testing.T) {
	in := t.TempDir()
	file := filepath.Join(in, "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	spools := spoolsIn(filepath.Join(in, "data"))
	for _, c := range []struct {
		name string
		make func() (core.Destination, error)
		want string
	}{
		{"a folder whose folder is not there", func() (core.Destination, error) {
			return newCSV(settings("folder", filepath.Join(in, "no", "folder")), spools, nil)
		}, "sheet.no-folder"},
		{"a file in the folder's place", func() (core.Destination, error) { return newCSV(settings("folder", file), spools, nil) }, "sheet.not-a-folder"},
		{"a workbook in no folder", func() (core.Destination, error) {
			return newExcel(settings("file", filepath.Join(in, "no", "a.xlsx")), spools, nil)
		}, "sheet.no-folder"},
		{"changed rows in no folder", func() (core.Destination, error) {
			return newExcel(settings("file", filepath.Join(in, "no", "b.xlsx"), "only-changes", "true"), spools, nil)
		}, "sheet.no-folder"},
		{"a folder that is made", func() (core.Destination, error) {
			return newCSV(settings("folder", filepath.Join(in, "new")), spools, nil)
		}, ""},
	} {
		made, err := c.make()
		d := opened(t, made, err)
		err = startedAndPrepared(t, d, accounts())
		if c.want == "" && err != nil || c.want != "" && (err == nil || core.AsFault(err).Code != c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(in, "new")); !os.IsNotExist(err) {
		t.Error("the folder was made before there was anything to put into it")
	}
}

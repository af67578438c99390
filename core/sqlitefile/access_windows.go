package sqlitefile

import "os"

// mayWrite asks whether the file at path can be opened for writing.
func mayWrite(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return file.Close()
}

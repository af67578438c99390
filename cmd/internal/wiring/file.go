package wiring

import (
	"errors"
	"os"
	"path/filepath"

	"ferry/core"
)

// SaveFile writes a file whole under its name, or leaves what was there.
func SaveFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".saving-*")
	if err == nil {
		_, err = f.Write(data)
		err = errors.Join(err, f.Chmod(0o600), f.Close())
		if err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}
	if err != nil {
		return &core.Fault{
			Kind: core.Wrong, Code: "ferry.file-not-saved", Owner: core.You, Err: err,
			Cause:   "The file cannot be saved there.",
			Remedy:  "Choose a folder in which you may write and that has space left.",
			Subject: core.Subject{Value: path},
		}
	}
	return nil
}

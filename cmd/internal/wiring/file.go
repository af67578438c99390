package wiring

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"ferry/core"
)

// SaveFile writes a file whole under its name, or leaves what was there.
func SaveFile(path string, data []byte) error {
	return saveBy(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// saveBy is SaveFile of what write writes, which needs not be in memory. A Fault of write is returned as it is.
func saveBy(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".saving-*")
	if err == nil {
		err = write(f)
		err = errors.Join(err, f.Chmod(0o600), f.Close())
		if err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}
	var told *core.Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &told), errors.Is(err, context.Canceled):
		return core.AsFault(err)
	}
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.file-not-saved", Owner: core.You, Err: err,
		Cause:   "The file cannot be saved there.",
		Remedy:  "Choose a folder in which you may write and that has space left.",
		Subject: core.Subject{Value: path},
	}
}

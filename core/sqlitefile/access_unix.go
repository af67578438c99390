//go:build unix

package sqlitefile

import (
	"io/fs"
	"syscall"
)

// mayWrite asks whether the file at path could be opened for writing, without opening it: closing any handle of a
// file gives up every lock this process has on it (POSIX: fcntl), and SQLite may hold some.
func mayWrite(path string) error {
	const write = 0x2 // W_OK
	if err := syscall.Access(path, write); err != nil {
		return &fs.PathError{Op: "access", Path: path, Err: err}
	}
	return nil
}

//go:build unix

package sqlitefile

import "syscall"

// FreeSpace is how many bytes a person may still put into a folder.
func FreeSpace(folder string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}

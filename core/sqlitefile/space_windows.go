package sqlitefile

import (
	"syscall"
	"unsafe"
)

// FreeSpace is how many bytes a person may still put into a folder.
func FreeSpace(folder string) (free uint64, ok bool) {
	name, err := syscall.UTF16PtrFromString(folder)
	if err != nil {
		return 0, false
	}
	call := syscall.NewLazyDLL("kernel32.dll").NewProc("GetDiskFreeSpaceExW")
	done, _, _ := call.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&free)), 0, 0)
	return free, done != 0
}

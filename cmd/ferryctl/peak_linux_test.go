package main

import (
	"os/exec"
	"syscall"
)

// peak is the most memory that a process which ended ever had, in bytes.
func peak(c *exec.Cmd) int64 {
	if use, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		return use.Maxrss << 10 // Linux: KiB
	}
	return 0
}

//go:build !linux

package main

import "os/exec"

// runMeasured runs a process to its end. How much memory it had is not known here.
func runMeasured(c *exec.Cmd) (peak int64, err error) { return 0, c.Run() }

package main

import (
	"os"
	"strconv"
	"syscall"
)

// standAside lets the threads that work go behind the one that draws, so that the window answers while an import takes all cores.
// It is called on the window's thread: those that work start from one of the others, and go behind with it. What draws in software
// starts from the window's own. Windows and macOS put the window in front by themselves.
func standAside() {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, task := range tasks {
		if id, err := strconv.Atoi(task.Name()); err == nil && id != os.Getpid() {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, behind)
		}
	}
}

const behind = 5 // of 19: about a third of the share of who is at 0, and all that nobody else wants

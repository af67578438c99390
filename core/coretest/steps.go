package coretest

import (
	"iter"
	"os"
	"testing"
)

// EveryStep is the environment variable with which loops of kills leave no step out, as in the nightly run.
const EveryStep = "FERRY_EVERY_STEP"

// Rounds is how many of n rounds with other dice are played: all at night, a third on every change, one with -short.
func Rounds(n int) int {
	switch {
	case os.Getenv(EveryStep) != "":
		return n
	case testing.Short():
		return 1
	}
	return (n + 2) / 3
}

// Some are all of many worlds that run the same code in the same goroutines, and each eighth of them with -short.
func Some[T any](all []T) (some []T) {
	if !testing.Short() {
		return all
	}
	for i := 0; i < len(all); i += 8 {
		some = append(some, all[i])
	}
	return some
}

// Steps counts the steps behind which a test kills what it tests, for as long as the test asks for more. It is the one place
// that says how dense a loop of kills is: every step at night, each third on every change; and under the race detector, with
// -short, a few from all over, because each step runs the same goroutines many times slower.
func Steps() iter.Seq[int] {
	stride := 3
	switch {
	case os.Getenv(EveryStep) != "":
		stride = 1
	case testing.Short():
		stride = 23
	}
	return func(yield func(int) bool) {
		for at := 1; yield(at); at += stride {
		}
	}
}

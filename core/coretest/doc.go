// Package coretest holds the suite that every Source and every Destination must pass, and doubles in memory that
// pass it too. The test of a new destination is one call:
//
//	coretest.Destination(t, coretest.Place{New: open, Reopen: reopen})
//
// The doubles serve tests of what stands between the two: MemorySource yields given records page by page, a Store
// is a place in memory that outlives the destinations opened on it, and can be told to fail.
package coretest

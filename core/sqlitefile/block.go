package sqlitefile

import (
	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lib "modernc.org/sqlite/lib"
)

// Sources of facts. SQLite: https://www.sqlite.org/c3ref/c_config_covering_index_scan.html (SQLITE_CONFIG_PAGECACHE),
// https://www.sqlite.org/malloc.html (page cache memory).
const (
	slotHead = 512  // bytes that SQLite needs beside a page, and some: a slot that is too small is not used
	slots    = 1200 // pages in the block: a destination's cache, a journal's, and some that wait to be written
)

// OneBlock gives the caches of all files of this process one block of memory, 20 MB. Without it each page has memory of
// its own, which the allocator mixes with everything else: a long import then grows by a few bytes with every page it
// turns over. A process that wants flat memory calls OneBlock once, before it opens its first file; later it reports
// false and changes nothing. Caches that need more than the block take it from elsewhere.
func OneBlock() bool {
	tls := libc.NewTLS()
	defer tls.Close()
	const size = pageSize + slotHead
	block := libc.Xmalloc(tls, types.Size_t(slots*size))
	if block == 0 {
		return false
	}
	args := libc.NewVaList(block, int32(size), int32(slots))
	defer libc.Xfree(tls, args)
	if lib.Xsqlite3_config(tls, lib.SQLITE_CONFIG_PAGECACHE, args) != lib.SQLITE_OK {
		libc.Xfree(tls, block)
		return false
	}
	return true
}

// Package bench measures what an import costs, beside what else one could do: a script with Microsoft's Web API by
// dynamics-web-api or by fetch and better-sqlite3, Python's standard library, and the limits of reading alone and of storing
// alone. All read the same 200,000 accounts of sixty fields, twenty of them mapped, from one server on this computer; the sums
// of what they stored must be equal. A wide record is one of which the server sends every member with its annotations, as it
// does to a script that does not say what it wants. It prints one table of medians and adds it to build/bench.txt:
//
//	make bench
//
// A peer that cannot be had is named as missing. Peers are fetched into build/peers by make bench alone. On a machine where
// others work the ratios count, not the seconds.
package bench

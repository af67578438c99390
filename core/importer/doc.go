// Package importer moves records: source → mapping → destination, with the journal alongside.
//
// Once, exactly: the journal notes a batch, the destination writes it, the journal settles outcomes and bookmark in one
// transaction. After a crash the destination is asked what became of the batch (core.Settler); where it cannot tell, and
// writing twice is harmless (core.Repeatable), the batch is written again under the same ID; otherwise the rows are
// looked for (core.Finder); what remains is Unsure and never sent again by itself.
//
// One run, one receipt: the same job goes on with the run that was stopped, and its receipt covers all of it. A part
// whose bookmark the source no longer knows is read again from its start; its rows are counted once, as what they became
// first. What the journal knows holds only for the destination it was learnt from: begin.go compares identities and says
// in words why everything is read again.
//
// Several at once: ranges of a table, and tables that do not wait for each other, are read side by side and written one
// after the other, because a destination has one writer. More are read as long as it waits for records (reading.go).
//
// Memory does not grow with the table: three pages exist at once, however many parts are read, and their room is used again. A
// part takes its room when its answer is there (core.Room), so that all that are read wait for answers side by side.
// The whole of ferryctl had at most 116 MB for 200,000 accounts and 117 MB for 1,000,000 (1.01 times).
//
// What a mapping says of other records is read in bulk before a page is mapped (others.go). What the destination has and the
// source does not give any more is dealt with at the end of a run, never by guessing: the source is asked for just these
// records (policies.go).
//
// After the first time only what changed is read: a mark is taken before the first record, kept with the run, and counts
// when the run is complete (changes.go says when it does not). What changed is listed by key and read back with the mapping's
// own query; records that lean on others which changed, and those that were refused, are listed too (listed.go).
//
// Compare (compare.go and those beside it) holds source and destination against each other and says why they differ, of what the
// journal, the marks and the digests of what was left tell; nothing is guessed, and what nothing explains is said so.
//
// What was refused, is unsure or waits for another record stays on its import's list until it is settled; a retry imports just
// these, with the values that people mended (mendlist.go, mendretry.go, mendunsure.go, mendvalues.go).
//
// The files, in the order to read them:
//
//   - job.go: what goes in and what comes out. run.go: an import from its first step to its last.
//   - prepare.go, order.go: mappings made ready, in the order that lookups need. begin.go, dropped.go: which run this is.
//   - changes.go, marks.go, listed.go: what is read again, from where on, and how it is listed.
//   - table.go, reading.go, page.go, others.go: parts of tables, their readers, and a page mapped.
//   - write.go, recover.go: a batch noted, written, settled; after a crash. forgetful.go: where the journal compares. remember.go,
//     rememberpack*.go: what is kept to take it back.
//   - refs.go, passes.go: references to the destination's own ids, and what can be written only later.
//   - policies.go, judge.go, unmark.go: records that are gone or left the filter, and that come back.
//   - looking.go: with what rehearsing and comparing begin, which write nothing. rehearse*.go (rehearsal.go is the result, only.go
//     imports just that), compare*.go (comparison.go is the result).
//   - takeback.go: an import is taken back. takebackmay.go: whether it can be. takebackrehearse.go: what that would do.
//   - mend*.go: what waits, and how it is mended and retried.
//   - journal.go: what must be remembered, as this package asks for it. progress.go, forecast.go, counts.go: what is told.
//     faults*.go: every sentence a person may read.
//
// What it costs, beside scripts and the limits of reading alone and of storing alone, comes as one table, together with memory
// over a million rows and how the window answers meanwhile:
//
//	make bench
//
// One round in quiet (November 2026, two processors), 200,000 accounts, twenty fields mapped, beside Ferry into SQLite (2.6 s by the
// clock, 3.2 s of processor time, 111 MB), by the clock and by processor time: node with fetch and better-sqlite3 1.7 and 1.4 times,
// with dynamics-web-api 2.6 and 2.0, Python's standard library 2.2 and 1.6. Of wide records (99 members in 5,000 bytes, as a script
// without $select is served) 5.0 and 4.5, 10 and 8.3, 3.4 and 2.5 times. Reading alone is 0.36
// and 0.44 of it, storing alone 0.63 and 0.46. Everything again without changes takes 0.72 and 0.87 of a first load, only what
// changed, one in a hundred, 0.11 and 0.06. Into PostgreSQL a first load takes 1.2 and 0.8 times that into SQLite, into CSV files 1.4
// and 1.3, into a workbook 1.8 and 1.6.
//
// The journal costs 3 per cent of a first load by cycles. With sealed images of what is replaced a first load costs 1.15 times one
// without a journal, and 1.9 times where every field of every row changes: each row is read, held against what comes and kept
// (BenchmarkJournal).
//
// PostgreSQL's process computes for a first load, with images, 1.0 times as long as for COPY alone (it was 3.4 times when each row
// that was made was read once more), for one without changes 1.3 times, with one row in a hundred changed 1.3 times, and with
// every row changed 4.9 times; by the clock that is 1.9, 1.6, 1.7 and 5.9 times, as Ferry computes meanwhile, too
// (go test -tags postgres -run '^$' -bench AgainstCopy ./core/postgres).
//
// Latency, 500 ms before each page, 40 pages of 500 accounts into SQLite: one reader takes 1.05 times what its answers alone take,
// from the first page's request to the program's end. Four readers are 2.7 times as fast, and as many as Ferry takes by itself 3.2
// times; sixteen ranges ask for 48 pages, of which the last is half full, so that four cannot be more than 3.4 times as fast there. A
// walk for the mark comes before and is one chain. Records that were all made in the same second cannot be cut into ranges, and stay
// one chain, too.
//
// The window while it imports 200,000 accounts and all their fields, drawn in software: something sent through its queue every 50
// milliseconds is answered after 0.02 ms in the middle and after 5 to 15 ms at the 99th percentile; at rest that is 0.1 to 0.4 ms,
// and 7 to 21 ms at rest while it is drawn four times a second. A picture takes 8 to 20 ms there, so news come the more seldom the
// longer one takes (ui/task). The import takes 1.2 times the processor time of ferryctl, and 120 MB more than the window at rest.
package importer

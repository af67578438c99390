// Package importer moves records: source → mapping → destination, with the journal alongside.
//
// Once, exactly: the journal notes a batch, the destination writes it, the journal settles outcomes and bookmark
// in one transaction. After a crash the destination is asked what became of the batch (core.Settler); where it
// cannot tell, and writing twice is harmless, the batch is written again.
package importer

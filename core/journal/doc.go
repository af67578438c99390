// Package journal keeps the story of every run in one SQLite file: what was read, written, refused and is still open.
// It makes an import resumable, repeatable without doubles and explainable.
//
// Several processes may have the file open: one imports, others show the history. A run is claimed by a lock file
// beside the journal, which the operating system releases when a process ends, however it ends. Each method is one
// transaction. Secrets are never stored, values of records only sealed; keys of records only for open batches, exceptions, owed
// rows and pairs. A journal that is deleted costs nothing but the history: the next import is full.
//
// Sources of facts. SQLite: https://www.sqlite.org/wal.html (readers and one writer at once),
// https://www.sqlite.org/pragma.html (user_version, application_id).
package journal

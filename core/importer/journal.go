package importer

// Journal is what an import needs to remember; core/journal keeps it in a SQLite file.
type Journal interface{}

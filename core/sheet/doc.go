// Package sheet speaks Excel and CSV: the destinations "Look at it in Excel" (excel.go) and "CSV folder" (csv.go), and the
// sheet by which somebody who knows is asked what each option becomes (choices.go).
//
// The destinations keep their rows in a spool, which the mains pass in: a SQLite file in Ferry's data folder, named by the
// place of the files. What is written, updated, settled, found and taken back is the spool's work (files.go hands it
// through); Finish writes a file whole beside the old one and puts it into its place (replace.go). The spool remembers what
// Ferry left there: a file that somebody changed is kept under another name, and one that Ferry did not make is never
// written over. A file whose rows did not change is not written again. A workbook is written anew with every table, but the
// sheets of the other tables are copied as they are, without unpacking them.
//
// A spool into which nothing was imported for as long as people's data may be kept is emptied (expire.go): the file is still
// known as Ferry's own, and the next import reads everything and keeps the file as it was under another name.
//
// Where only the changed rows are wanted, Finish writes a new file with the date in its name instead (changed.go): the spool
// keeps a digest of each row as it was told last.
//
// A sheet is written with text as text: nothing in it is a formula, whatever a label begins with. What comes back may have
// been saved by Excel, LibreOffice or anything else, sorted, with columns moved and rows added: each row carries a mark that
// says what it is about. A file is looked through before it is read, because it was in other people's hands: what is too
// large, holds macros, is locked by a password or points at other files is a Fault.
//
// What LibreOffice, without its window, shows of a workbook and of CSV files is compared with the practice environment cell by
// cell, types included (make sheets). It knows one line end in a cell, shows an empty text as an empty cell and 15 digits of
// a floating-point number; nothing else differs.
//
// Measured (two cores, BenchmarkFinish): 200,000 rows of 20 columns become a CSV file of 88 MB in 2.2 s and a workbook of
// 34 MB in 2.7 s, with a heap of 20 MB at most; one without changes is not written at all.
//
// Sources: RFC 4180 (CSV); "Excel specifications and limits" (rows, columns, 32,767 characters, 15 digits, 31 characters of a
// sheet's name); "Naming Files, Paths, and Namespaces" (Windows); ECMA-376 Part 1 (SpreadsheetML: sharedStrings, dataValidation, sheetProtection) and Part 2 (packages); [MS-OFFCRYPTO]
// (a workbook with a password is a compound file with a stream EncryptedPackage).
package sheet

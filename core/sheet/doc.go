// Package sheet speaks Excel: the sheet by which somebody who knows is asked what each option becomes.
//
// A sheet is written with text as text: nothing in it is a formula, whatever a label begins with. What comes back may have
// been saved by Excel, LibreOffice or anything else, sorted, with columns moved and rows added: each row carries a mark that
// says what it is about. A file is looked through before it is read, because it was in other people's hands: what is too
// large, holds macros, is locked by a password or points at other files is a Fault.
//
// Sources: ECMA-376 Part 1 (SpreadsheetML: sharedStrings, dataValidation, sheetProtection) and Part 2 (packages); [MS-OFFCRYPTO]
// (a workbook with a password is a compound file with a stream EncryptedPackage).
package sheet

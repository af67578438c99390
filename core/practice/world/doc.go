// Package world is the made-up organisation behind the practice environment: its tables, its people and its rows.
//
// The tables are the ones a Dynamics 365 environment really has, with all their columns, and a few of the
// organisation's own. The rows are believable and nasty: names of many countries, money to the last digit, dates at
// the ends of the range, texts with quotes, tabs and line breaks, circles of references, choices without a label.
//
// No generated row is stored. A row is worked out from the seed whenever it is asked for, and its key is worked out
// from its position and back, so that a million accounts cost nothing. Only what somebody changed is kept.
//
// The World speaks no protocol: the package dynamics does that on top of it.
//
// Sources of facts: Dataverse table reference (names, types, limits, options and relationships of standard tables);
// Web API: attribute types, privileges and row versions.
package world

// Package transform changes one value on its way from a field to a column: trim it, join it with others, read a date
// in it. It is pure: same input, same output, no I/O, no state, no panic; nothing it is given is changed.
//
// A Step is what is saved: the name of a Transform and its params as text. Compile makes a Chain from steps and an
// Env, which says what is known of the table. A Chain is safe for many goroutines. Chain.Trace gives the value behind
// each step, for the preview. Problems lists everything that is wrong with steps, each with its place and a remedy.
//
// Three kinds of nothing stay apart. Absent (nothing is known) stays Absent: what is made of several fields is Absent
// as soon as one that matters is, so that no guess is ever written. Null (known to be empty) stays Null. The empty
// text is a text; only where there is no such thing as an empty number, date or yes/no it becomes Null. Transforms that
// answer for nothing themselves (constant, template, join, first filled, blank) say so in their examples.
//
// A transform takes the kinds of value it says it takes. Anything else is refused with the remedy to put "As text"
// before it, so that nothing changes its form unless somebody asked.
//
// To add one: one file with one function that returns a Transform, and its line in All. Its examples are its help on
// screen, its tests and seeds of the fuzz test; the golden file of texts tells whether it reads well.
//
// Sources. Decimal text: XML Schema 1.1 part 2, 3.3.3 (never a float between). Text boundaries: Unicode UAX #29
// (grapheme clusters, by clipperhouse/uax29). Case: Unicode special casing, by golang.org/x/text/cases. Phone numbers:
// ITU-T E.164 and Google's libphonenumber metadata, by nyaruka/phonenumbers. Countries: ISO 3166-1 and CLDR, by
// golang.org/x/text/language/display. HTML: the WHATWG tokenizer, by golang.org/x/net/html. Time zones: IANA tz.
// Dataverse: "Behavior and format of the date and time column" (UserLocal is an instant; TimeZoneIndependent is a
// core.Clock, whose Z on the wire means nothing; DateOnly is a day).
package transform

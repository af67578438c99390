// Package halo is the destination "Halo" (HaloPSA, HaloITSM, HaloCRM): accounts become customers, contacts become users, other
// tables become rows of custom tables.
//
// What it promises:
//   - Halo writes to nobody because of an import: every create and every update carries the members that switch off welcome
//     mails and automations (quiet, in build.go), unless the person switched that on.
//   - A record is made once. What Ferry made is found again by the id that the journal remembers, by an external link, or by a
//     field that the person named (ways.go). Which of these works is proved with one record before others are made in arrays.
//   - A Ferry that remembers nothing writes nothing again: what lists do not tell, the print in an external link tells
//     (asleft.go); without links it is read.
//   - What people have there is not lost: custom fields that a write does not name stay (read, merge, write), rows of custom
//     tables that an import did not bring stay, "General User" is never touched.
//   - Halo's limit is not run into: requests are paced in a sliding window (pace.go), and all are counted.
//   - Nothing is read for records that are made or did not change; a record that changes is read at most once.
//
// The order to read in: settings.go and client.go (how it is reached), tables.go, fields.go and describe.go (what is there),
// index.go and match.go (which record is the same one), write.go with build.go and send.go (how it is written), back.go,
// checks.go, faults.go.
//
// Sources of facts. Halo: "REST API documentation" (/apidoc of an instance), its OpenAPI description (names and types), the
// guides "Dynamics 365 CRM Integration", "Creating a New Application for API Connections", "Custom fields". Where they are
// silent, programs that work with live instances were read (HaloAPI, CIPP). What none of them proves is a setting or is found
// out by asking: how many rows a page has, whether external links are kept, which number a type of field has.
package halo

// Package dataverse is Dynamics 365 / Dataverse as a core.Source, over its Web API.
//
//	ParseAddress   what was pasted → which environment that is
//	Environments   the environments that a person may come into
//	Source         Checks, Tables, Describe, Count, Read, Split, Mark, Changed
//	               PlanApplicationUser, MakeApplicationUser: the only ones that change something
//	scan           the reader of pages
//
// Test connection (Checks): checks_outside.go is what needs no sign-in, checks_who.go who came in and what for,
// checks_tables.go what can be read. What it finds out about who signed in is remembered by the Source (rights.go), for
// Describe and for "Try again".
//
// Reading: one GET after the other by primary key, the server's pages as they come (nextLink is opaque, is followed
// only below the environment's own API root, and never twice), cut into pages of about 4 MB. The next page is asked
// for as soon as its link is known. A page that breaks off is asked for again, and what was delivered of it is not
// delivered twice.
//
// What is only inferred about Microsoft's systems is taken when it is there and never demanded: casts of attributes,
// alternate keys, relationships, counts, privileges. Demanded are the list of tables with their entity sets, the
// attributes of a table, and its rows. On-premises the version of the Web API is found out by asking (version.go).
//
// Sources of facts:
//   - Web API: "Query data using the Web API" (paging with Prefer: odata.maxpagesize and @odata.nextLink, null
//     properties, lookup properties and their annotations), "Use change tracking to synchronize data", "Query table
//     definitions using the Web API" (no paging, one cast per concrete attribute type), "Web API types and
//     operations", "Compose HTTP requests and handle errors".
//   - Web API: GET addresses may be 32,768 characters long; what stands between us and the server may stop earlier.
//   - Dataverse: $count stops at 5,000; RetrieveTotalRecordCount is a snapshot of the last day that ignores
//     security; change tracking needs organisation-wide reading.
//   - Web API: RetrieveUserPrivileges, RetrievePrincipalAttributePrivileges (bound to systemuser), AddPrivilegesRole (bound to
//     role), "Create an application user"; a new role comes with a few rights of the platform's own.
//   - Dataverse: "Discover user organizations", "Column-level security", "IP firewall" (0x80095ffe), "Web service error
//     codes". Which code a disabled environment answers with is not documented: those are known by their words.
//   - Power Platform: "Datacenter regions": the digits in crmN.dynamics.com. New ones appear.
package dataverse

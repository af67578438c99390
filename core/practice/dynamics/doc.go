// Package dynamics plays Dynamics 365: the Dataverse Web API over real HTTP, on top of a world.World.
//
// It answers in the words, types and oddities of the real service, and it refuses what the real service refuses: $skip,
// unknown options, properties in the wrong case, a second page asked for with another page size. To what it does not
// know it answers 501 and remembers it, so that nobody mistakes a guess for a fact.
//
// Who asks has the roles that the world gives them: each right is looked up for each request, so a role that is reduced
// counts at once. SetState switches an environment off, into administration mode, behind an IP firewall or a page, and
// says how it greets who has no token. With Premises it is a company's own server of an older version, by NTLM
// (Windows) where that is wanted; serve it with Connection. Discovery is the Global Discovery Service.
//
// A page of rows is written as it is worked out, with one buffer, so that a million rows cost no more memory than one.
//
// Sources of facts: "Use the Microsoft Dataverse Web API" (query data, filter rows, page results, change tracking,
// batch operations, compose HTTP requests and handle errors), "Service protection API limits", "Web API service
// documents", "Discover user organizations", "Security roles and privileges", "[MS-NLMP]: NT LAN Manager (NTLM)
// Authentication Protocol". What Microsoft does not document is played as it was observed.
package dynamics

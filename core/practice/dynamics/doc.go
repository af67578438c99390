// Package dynamics plays Dynamics 365: the Dataverse Web API over real HTTP, on top of a world.World.
//
// It answers in the words, types and oddities of the real service, and it refuses what the real service refuses: $skip,
// unknown options, properties in the wrong case, a second page asked for with another page size. To what it does not
// know it answers 501 and remembers it, so that nobody mistakes a guess for a fact.
//
// A page of rows is written as it is worked out, with one buffer, so that a million rows cost no more memory than one.
//
// Sources of facts: "Use the Microsoft Dataverse Web API" (query data, filter rows, page results, change tracking,
// batch operations, compose HTTP requests and handle errors), "Service protection API limits", "Web API service
// documents". What Microsoft does not document is played as it was observed.
package dynamics

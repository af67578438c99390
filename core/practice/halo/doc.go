// Package halo plays Halo (HaloPSA, HaloITSM, HaloCRM): its REST API and its authorisation server over real HTTP, with
// a small instance behind them.
//
//	POST /auth/token        client credentials
//	GET  /api/authinfo      where tokens can be had
//	     /api/Client        customers: a customer has a main site, and that has a General User
//	     /api/Site          sites of customers
//	     /api/Users         people at sites
//	     /api/FieldInfo     custom fields, by the number of their table
//	     /api/Lookup        the values of selections
//	     /api/CustomTable   custom tables with rows and rows below rows
//	     /api/TopLevel      what customers hang below
//	     /api/ExternalLink  what records are called elsewhere
//	GET  /api/Agent/me, /api/Control, /api/InstanceInfo
//
// It is stricter than the real one is known to be, so that what passes here passes there: a member that Halo's
// published description does not know is refused with its name, ids are whole numbers, and to a route, a parameter or a
// member of a body that it does not play it answers 501 and remembers it (Server.Unknown).
//
// What nobody has written down of Halo is a switch in Settings, so that a client can be tested in each world. What was
// stored, sent and asked is told by Customers, Sites, Users, Outbox, Requests and the like.
//
// Sources of facts: Halo API: published description (names and types of members, parameters); what clients of live
// instances send and read (envelopes, arrays, 21.0, errors, the limit). Where a comment says "inferred", no source says
// it.
package halo

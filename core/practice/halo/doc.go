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
// What is sure of it, and what is not:
//
//   - Described (Halo API: published description): the names and types of members in Entities, the parameters, which
//     routes there are, that client_id of a site and site_id of a user are doubles.
//   - Confirmed (Halo API: what clients of live instances send and read): sign-in with tenant in the query, authinfo,
//     that a POST is an array and both makes and changes, one object for one record, the envelopes of customers, sites
//     and users, pageinate and page_no, 21.0, that a decimal as id is refused, advanced_search with its refusal, the
//     limit and its text, the shapes of errors, the shapes in which rows of a custom table are added and changed, that
//     7 is the type of a table, CF in front of a field's name, that mandatory fields block a create.
//   - Inferred: 201, the default of 100 rows, that inactive records are hidden, the numbers of all other field types, the
//     main site and its General User, what becomes of the rows of a record that are not sent, that a site of another
//     customer moves a user, what _match_ members and new_external_link do, the names of envelopes of administration,
//     how an agent is told apart who may not use all customers, what is mailed to whom, what deleting answers and
//     refuses.
//   - Unknown, and therefore a switch in Settings: which of the shapes of errors and answers an instance has, whether a
//     list has a page at most, whether an array with a bad record is stored in part, whether custom fields that are not
//     sent are emptied, whether external links work, which column of an option holds its Dynamics ID, what an absent id
//     is answered with.
//
// What was stored, sent and asked is told by Customers, Sites, Users, CustomTableRows, Outbox, Requests and the like.
package halo

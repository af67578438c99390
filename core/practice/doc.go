// Package practice is a whole Dynamics 365 environment on this machine: Microsoft's sign-in and the Dataverse Web API
// over real HTTP, with a made-up organisation behind them. The demo, the tests and whoever wants to try Ferry without a
// tenant use it; to Ferry it is one environment like any other, found by nothing but its address and credentials.
//
//	Start ──▶ https://localhost:…          dynamics  on a world; with Options.OnPremises a company's own server
//	          https://localhost:…/TENANT   microsoft, what programs call; /adfs is a company's AD FS
//	          http://localhost:…           microsoft, the sign-in page for the browser
//	          https://localhost:…          dynamics.Discovery, the list of environments
//	          http://localhost:…           a proxy server that nobody has to use
//
// Everything listens on the loopback only. The certificate is made at the start by an authority that exists in memory
// alone and is never installed: who wants to trust it is handed it.
//
// A Script says what goes wrong and when: answers that ask for patience, connections that break in the middle,
// pages that lie. It stands between the servers and their connections, so that it is as real as the rest.
//
// A Situation is one way in which a connection fails: what is wrong in the registration, with a person, a secret or a
// certificate, in what was entered, in the environment, on the way there. Situations lists them all, and Meet starts an
// environment in which one is met and says what to enter. What else can be changed while it runs: Environment.Show, Shut
// and Reopen (certificates and the port), Environment.Microsoft (applications, people, rules, codes), Environment.Dynamics
// (SetState), Environment.World (users, roles, tables, rows), Environment.Finder and Environment.Proxy. Visit and Type
// are a person at the browser.
package practice

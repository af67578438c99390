// Package practice is a whole Dynamics 365 environment on this machine: Microsoft's sign-in and the Dataverse Web API
// over real HTTP, with a made-up organisation behind them. The demo, the tests and whoever wants to try Ferry without a
// tenant use it; to Ferry it is one environment like any other, found by nothing but its address and credentials.
//
//	Start ──▶ https://localhost:…          dynamics  on a world
//	          https://localhost:…/TENANT   microsoft, what programs call
//	          http://localhost:…           microsoft, the sign-in page for the browser
//
// Everything listens on the loopback only. The certificate is made at the start by an authority that exists in memory
// alone and is never installed: who wants to trust it is handed it.
//
// A Script says what goes wrong and when: answers that ask for patience, connections that break in the middle,
// pages that lie. It stands between the servers and their connections, so that it is as real as the rest.
package practice

// Package rest is one polite HTTP client for every service that Ferry speaks with: pace, Retry-After, safe repeats,
// proxy, time limits, own certificates, origin guard and Faults.
//
// What it promises:
//   - No request leaves for another origin than the client's root, and no redirect is followed.
//   - A secret never travels over plain http.
//   - What passes by itself (a busy service, a cut connection, a maintenance page) is waited for, and said.
//   - A write is repeated only when it surely had no effect: no header left, or the service itself refused it.
//   - No answer, however hostile, fills the memory: headers, refusals and bodies have bounds.
//   - The outside is reached as the settings say: over the own proxy, the system's, or none. A password is sent in the
//     way that shows it least, and a wrong one is not sent again and again.
//   - This computer itself is never behind the system's proxy; one that somebody named holds for all but its exceptions.
//   - A Windows user's password goes to one https host and to no other.
//   - A foreign auto-config script gets little time and memory, and nothing of this computer.
//   - No token, query string or text of a server stands in an error or in a log line.
//
// Sources of facts:
//   - HTTP semantics, RFC 9110: which methods are safe, what 408, 429 and 503 mean, Retry-After as seconds or date.
//   - Dataverse: "Service protection API limits": a 429 is meant for the whole user, so all slots stop; the time asked
//     for grows when one keeps sending.
//   - OData JSON 4.0: refusals are {"error":{"code","message"}}.
//   - Proxies: RFC 9110, CONNECT and 407; RFC 7617, Basic; RFC 4559, Negotiate; MS-NTHT and MS-NLMP, NTLM.
//   - Go's net/http and crypto/x509: SSL_CERT_FILE is read by Go itself on some systems only, and in place of the
//     system's own file.
package rest

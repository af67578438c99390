// Package rest is one polite HTTP client for every service that Ferry speaks with: pace, Retry-After, safe repeats,
// proxy, time limits, own certificates, origin guard and Faults.
//
// What it promises:
//   - No request leaves for another origin than the client's root, and no redirect is followed.
//   - A secret never travels over plain http.
//   - What passes by itself (a busy service, a cut connection, a maintenance page) is waited for, and said.
//   - A write is repeated only when it surely had no effect: no header left, or the service itself refused it.
//   - No answer, however hostile, fills the memory: headers, refusals and bodies have bounds.
//   - No token, query string or text of a server stands in an error or in a log line.
//
// Sources of facts:
//   - HTTP semantics, RFC 9110: which methods are safe, what 408, 429 and 503 mean, Retry-After as seconds or date.
//   - Dataverse: "Service protection API limits": a 429 is meant for the whole user, so all slots stop; the time asked
//     for grows when one keeps sending.
//   - OData JSON 4.0: refusals are {"error":{"code","message"}}.
//   - Go's net/http and crypto/x509: SSL_CERT_FILE is read by Go itself on some systems only, and in place of the
//     system's own file.
package rest

// Package signin signs in to Microsoft, or to a company's own AD FS: a person in the system's browser or with a code on
// any other computer, or an application with its client secret or certificate.
//
// New checks the settings. SignIn signs in anew. Token hands out an access token and renews it in silence, one renewal
// for everybody who asks at the same time; TokenFor does it for another resource. Discover asks an organisation URL,
// without signing in, who its tenant is. Explain says what a page of the sign-in service means. ReadCertificate and
// MakeCertificate are where a certificate comes from.
//
// MSAL speaks the protocol and keeps the tokens. What it does not do is ours: the listener that waits for the browser
// (MSAL's own gives up at the first stray request and shows pages that nobody can change), PKCE, state and nonce on the
// way to the sign-in page, patience with a service that is busy or away, the waiting for a code, what a certificate
// signs, parameters and addresses of one's own, claims that are demanded, and words for what went wrong.
//
// Who is believed. A tenant or a sign-in service that an organisation URL tells us is believed only when its host is one
// of Microsoft's, or the one that was configured. Everything that comes back is limited in size, redirects are never
// followed, and nothing secret is sent anywhere but to the sign-in service, over https.
//
// Microsoft identity platform: "OAuth 2.0 authorization code flow", "client credentials flow", "device authorization
// grant flow", "Certificate credentials", "Claims challenges", "Redirect URI (reply URL) outline and restrictions",
// "Microsoft Entra authentication and authorization error codes". RFC 7636 (PKCE), RFC 8252 (native apps), RFC 8628
// (device codes). AD FS: "AD FS OpenID Connect/OAuth flows and application scenarios". Dataverse: "Use OAuth
// authentication with Microsoft Dataverse".
package signin

// Package signin signs in to Microsoft: a person in the system's browser, or an application with its client secret.
//
// New checks the settings. SignIn signs in anew. Token hands out an access token and renews it in silence, one renewal
// for everybody who asks at the same time. Discover asks an organisation URL, without signing in, who its tenant is.
//
// MSAL speaks the protocol and keeps the tokens. What it does not do is ours: the listener that waits for the browser
// (MSAL's own gives up at the first stray request and shows pages that nobody can change), PKCE, state and nonce on the
// way to the sign-in page, patience with a service that is busy or away, and words for what went wrong.
//
// Who is believed. A tenant or a sign-in service that an organisation URL tells us is believed only when its host is one
// of Microsoft's, or the one that was configured. Everything that comes back is limited in size, redirects are never
// followed, and nothing secret is sent anywhere but to the sign-in service, over https.
//
// Microsoft identity platform: "OAuth 2.0 authorization code flow", "client credentials flow", "Redirect URI (reply URL)
// outline and restrictions", "Microsoft Entra authentication and authorization error codes". RFC 7636 (PKCE), RFC 8252
// (native apps). Dataverse: "Use OAuth authentication with Microsoft Dataverse".
package signin

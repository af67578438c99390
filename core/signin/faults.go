package signin

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

const redirectDoc = "https://learn.microsoft.com/entra/identity-platform/reply-url"

// settingFault is a setting that is wrong before anything was asked.
func settingFault(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "signin." + code, Cause: cause, Remedy: remedy, Owner: core.You}
}

func faultOrg() *core.Fault {
	return settingFault("address", "The address of the environment is not one that Ferry can use.",
		"Give the address as it stands in the browser, beginning with https://, for example https://contoso.crm.dynamics.com.")
}

func faultClientID() *core.Fault {
	return settingFault("client-id", "The client ID is missing, or is not one.",
		"In the app registration, open Overview and copy the Application (client) ID.")
}

func faultTenant() *core.Fault {
	return settingFault("tenant", "The tenant is neither an ID nor a domain.",
		"In the app registration, open Overview and copy the Directory (tenant) ID, or give a domain such as contoso.onmicrosoft.com.")
}

func faultTenantNeeded() *core.Fault {
	return settingFault("tenant-needed", "An application can only sign in to a tenant that is named.",
		"In the app registration, open Overview and copy the Directory (tenant) ID into the field Tenant.")
}

func faultSecretMissing() *core.Fault {
	return settingFault("secret-missing", "The application signs in with a client secret or a certificate, and there is neither.",
		"In the app registration, open Certificates & secrets, make a new secret and copy its Value. Or make a certificate here and upload it there.")
}

func faultWay() *core.Fault {
	return settingFault("way", "It is not said who signs in.", "Choose either that you sign in, in the browser or with a code, or that the application signs in.")
}

func faultRedirect() *core.Fault {
	f := settingFault("redirect", "The redirect URI is not one that leads back to this computer.",
		"Use http://localhost without a client secret, and http://localhost:33333/signin with one, exactly as registered.")
	f.Link = redirectDoc
	return f
}

func faultAuthority() *core.Fault {
	return settingFault("authority", "The address of the sign-in service is not one that Ferry can use.",
		"Give it as https://host or https://host/tenant, for example https://login.microsoftonline.com. It must begin with https.")
}

func faultEndpoint() *core.Fault {
	return settingFault("endpoint", "An address that should take the place of the sign-in service's own is not one that Ferry can use.",
		"Give it whole, beginning with https://, or leave it empty: Ferry then asks the sign-in service.")
}

func faultParamName(name string) *core.Fault {
	return settingFault("parameter", "An additional parameter has a name that cannot be sent: "+quoted(name)+".",
		"Give the name alone, without spaces and without the signs = & ? #, and the value in the field beside it.")
}

func faultParamProtected(name string) *core.Fault {
	return settingFault("parameter-protected", "Ferry itself must set the parameter "+quoted(name)+"; the safety of the sign-in rests on it.",
		"Remove this parameter. Client ID, redirect URI and scope have fields of their own.")
}

func quoted(name string) string {
	if name = plain(name); len(name) > 60 {
		name = name[:60] + "…"
	}
	return "\"" + strings.ToValidUTF8(name, "") + "\""
}

func faultNoChallenge(host string) *core.Fault {
	return settingFault("no-dynamics", "There is no Dynamics 365 environment at "+host+", or it does not say where one signs in.",
		"Check the address in the browser: it is the beginning of the address of Dynamics 365 itself. For a system of your own, also give the address of the sign-in service and the tenant.")
}

func faultWindows(host string) *core.Fault {
	return settingFault("windows", "The server at "+host+" is one of your own network and wants a Windows sign-in.",
		"Choose Windows sign-in, with user name (DOMAIN\\name) and password. Or, if your company has AD FS, give its address as the authority: https://host/adfs.")
}

func faultDistrust(host string) *core.Fault {
	return settingFault("foreign-authority", "The environment sends Ferry to a sign-in service that is not Microsoft's: "+host+". Ferry did not go there.",
		"Check the address of the environment. If this sign-in service is really yours, give its address yourself as the authority.")
}

func faultStray(host string) *core.Fault {
	return settingFault("foreign-address", "The sign-in service wants the sign-in to go to another computer: "+host+". Ferry did not go there.",
		"Check the address of the sign-in service. If both computers are yours, give the addresses themselves under Advanced.")
}

func faultPort(port string) *core.Fault {
	return settingFault("port-taken", "Another program on this computer uses port "+port+", at which the browser's answer should arrive.",
		"Close the other program, or register a redirect URI with another port and give it to Ferry.")
}

func faultListen(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "signin.no-listener", Owner: core.You, Err: err,
		Cause:  "This computer does not let Ferry wait for the browser's answer.",
		Remedy: "Ask whether a security program forbids local connections, allow Ferry to listen on localhost, and sign in again.",
	}
}

func faultBrowser(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "signin.no-browser", Owner: core.You, Err: err,
		Cause:  "The browser could not be opened.",
		Remedy: "Copy the link and open it in a browser on this computer.",
	}
}

func faultFirst() *core.Fault {
	return &core.Fault{Kind: core.SignIn, Code: "signin.first", Owner: core.You, Cause: "Nobody is signed in.", Remedy: "Sign in first."}
}

func faultOver() *core.Fault {
	return &core.Fault{Kind: core.SignIn, Code: "signin.over", Owner: core.You, Cause: "The sign-in is over.", Remedy: "Sign in again."}
}

func faultCancelled() *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.cancelled", Owner: core.You,
		Cause:  "The sign-in was cancelled in the browser.",
		Remedy: "Sign in again when you like, and press Accept if you are asked.",
	}
}

func faultCodeExpired() *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.code-expired", Owner: core.You,
		Cause:  "The code was not used in time and has expired.",
		Remedy: "Sign in again and type the new code in within a quarter of an hour.",
	}
}

func faultDeclined(a *answer) *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.declined", Owner: core.You, Details: a.details(),
		Cause:  "The sign-in with the code was declined on the page.",
		Remedy: "Sign in again, and press Continue on the page when it asks whether you want to sign in.",
	}
}

func faultAnswerLost() *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.answer-lost", Owner: core.You,
		Cause:  "The sign-in on the page went well, but the browser could not bring its answer to Ferry.",
		Remedy: "Sign in again while Ferry is waiting. If it happens again, let the browser reach localhost without a proxy, or sign in with a code.",
	}
}

func faultForged() *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.not-ours", Owner: core.You,
		Cause:  "The answer of the sign-in service belongs to another sign-in.",
		Remedy: "Close the browser tab and sign in again.",
	}
}

func faultRefusedAgain() *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.token-refused", Owner: core.You,
		Cause:  "The environment does not accept the sign-in, and a new one looks the same.",
		Remedy: "Check that tenant and address belong to the same environment, and sign in again.",
	}
}

func faultOdd(host string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "signin.odd-answer", Owner: core.You,
		Cause:  "What answers at " + host + " does not speak like a sign-in service.",
		Remedy: "Check the address of the sign-in service. If a page wants you to sign in to the network first, open it in the browser, then try again.",
	}
}

func faultWebPage(host string) *core.Fault {
	return &core.Fault{
		Kind: core.Offline, Code: "signin.web-page", Owner: core.You,
		Cause:  "A web page came from " + host + " instead of the sign-in service's answer.",
		Remedy: "Open any page in a browser. If the network of the hotel, train or office wants you to sign in to it first, do that, then try again. Else check the address of the sign-in service.",
	}
}

func faultMoreProof() *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.more-proof", Owner: core.You,
		Cause:  "The organisation wants a further proof that it is you before it goes on.",
		Remedy: "Sign in again, and do what the page asks for, for example confirm on your phone.",
	}
}

func faultRedirected(host string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "signin.redirected", Owner: core.You,
		Cause:  host + " sends Ferry to another address. Ferry did not go there.",
		Remedy: "Give the address that you see in the browser after it has opened.",
	}
}

func faultBusy(host string, details string) *core.Fault {
	return &core.Fault{
		Kind: core.Busy, Code: "signin.busy", Owner: core.You, Details: details,
		Cause:  host + " asks for patience, and Ferry has waited long enough.",
		Remedy: "Try again in a few minutes.",
	}
}

func faultStopped(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Stopped, Code: "signin.stopped", Owner: core.You, Err: err,
		Cause: "The sign-in was stopped.", Remedy: "Sign in again when you like.",
	}
}

// networkFault is a service that could not be reached. How the environment is called tells the two apart.
func networkFault(host string, environment bool, err error) *core.Fault {
	if environment {
		return rest.NetworkFault(host, "the environment", err)
	}
	return rest.NetworkFault(host, "the sign-in service", err)
}

// stripped keeps of an error what errors.Is can use and nothing that could be shown.
func stripped(err error) error {
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}

// fault turns a refusal into words. secret is the client secret that was used, so that it is never repeated.
func (a *answer) fault(errorHost string, secret core.Secret) *core.Fault {
	n := a.code()
	f, known := known(n)
	if n == 0 && !known {
		f, known = onPremises(a.adfs())
	}
	switch {
	case known:
	case a.passing():
		f = *faultBusy("The sign-in service", "")
	case a.claims != "":
		f = *faultMoreProof()
	case n == 0 && (a.kind == "access_denied" || a.sub == "cancel"):
		f = *faultCancelled()
	case n == 0 && (a.kind == "invalid_grant" || a.kind == "interaction_required" || a.kind == "login_required" || a.kind == "consent_required"):
		f = *faultOver()
	case n == 0 && (a.kind == "invalid_client" || a.kind == "unauthorized_client"):
		f = core.Fault{
			Kind: core.SignIn, Code: "signin.client", Owner: core.EntraAdmin,
			Cause:  "The sign-in service does not accept the client ID or the client secret.",
			Remedy: "Compare client ID and tenant with the app registration, make a new secret there and copy its Value.",
		}
	default:
		f = core.Fault{
			Kind: core.SignIn, Code: "signin.refused", Owner: core.EntraAdmin,
			Cause:  "The sign-in service refuses the sign-in.",
			Remedy: "Send this message with its details to your Entra administrator.",
		}
		if n != 0 {
			f.Remedy = "Open the link to see what this answer means, or send this message with its details to your Entra administrator."
		}
		if line := firstLine(a.description, secret); line != "" {
			f.Cause = "The sign-in service refuses the sign-in. It says: " + line
		}
	}
	if n == 7000215 && guid.MatchString(secret.Reveal()) {
		f.Cause = "The client secret is wrong. What was given looks like the secret's ID, not its Value."
		f.Remedy = "Give the Value. It is shown only once, when a secret is made: if nobody has it, open Certificates & secrets in the app registration, make a new secret and copy the Value."
	}
	if n != 0 {
		f.Link = "https://" + errorHost + "/error?code=" + strconv.Itoa(n)
	}
	f.Details = a.details()
	return &f
}

var (
	mail  = regexp.MustCompile(`[\w.+#-]+@[\w-]+\.[\w.-]+`)
	token = regexp.MustCompile(`[A-Za-z0-9+/_~.=-]{45,}`)
	query = regexp.MustCompile(`\?\S+`)

	// What follows a service's sentence are ids and times, on a page without colons and lines.
	lineEnd = regexp.MustCompile(`[\r\n]|(?i:\b(?:trace|correlation|request) id\b|\btimestamp\b)`)
)

// firstLine is the first line of a service's own text without accounts, addresses' queries, and anything that could be
// a token or a secret.
func firstLine(text string, secret core.Secret) string {
	if end := lineEnd.FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	if s := secret.Reveal(); s != "" {
		text = strings.ReplaceAll(text, s, "•••")
	}
	text = query.ReplaceAllString(mail.ReplaceAllString(text, "(an account)"), "")
	text = plain(token.ReplaceAllString(text, "•••"))
	if r := []rune(text); len(r) > 300 {
		text = string(r[:300]) + "…"
	}
	return text
}

// day is a date as people everywhere read it.
func day(t time.Time) string { return t.Format("2 January 2006") }

// plain leaves out what a line of text must not hold.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	if len(s) > 2000 {
		s = s[:2000]
	}
	return strings.TrimSpace(strings.ToValidUTF8(s, ""))
}

// asFault makes words of whatever a call returned. The text of an error that is not ours is never shown: it may repeat
// what was sent and received.
func asFault(ctx context.Context, err error, host string) *core.Fault {
	var f *core.Fault
	switch {
	case errors.As(err, &f):
		return f
	case ctx.Err() != nil:
		return faultStopped(ctx.Err())
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return faultStopped(stripped(err))
	}
	return faultOdd(host)
}

// faultNotKept says that the sign-in holds, but could not be kept.
func faultNotKept(err error) *core.Fault {
	var f *core.Fault
	if errors.As(err, &f) {
		return f
	}
	return &core.Fault{
		Kind: core.Wrong, Code: "signin.not-kept", Owner: core.You, Err: stripped(err),
		Cause:  "You are signed in, but the sign-in could not be kept for the next time.",
		Remedy: "You can go on. After Ferry was closed, sign in once more.",
	}
}

// faultNotForgotten says that something of the sign-in is left on this computer.
func faultNotForgotten(err error) *core.Fault {
	var f *core.Fault
	if errors.As(err, &f) {
		return f
	}
	return &core.Fault{
		Kind: core.Wrong, Code: "signin.not-forgotten", Owner: core.You, Err: stripped(err),
		Cause:  "The sign-in could not be removed from where it is kept on this computer.",
		Remedy: "Try again. You can also sign out everywhere on your account's page.",
		Link:   "https://myaccount.microsoft.com",
	}
}

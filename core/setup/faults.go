package setup

import "ferry/core"

func wrong(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "setup." + code, Cause: cause, Remedy: remedy, Owner: core.You}
}

func faultAddress() *core.Fault {
	return wrong("address", "The address of the environment cannot be put into a script.",
		"Give the address as it stands in the browser, beginning with https://, for example https://contoso.crm.dynamics.com.")
}

func faultTenant() *core.Fault {
	return wrong("tenant", "The tenant is neither an ID nor a domain.", "Give the Directory (tenant) ID, or a domain such as contoso.onmicrosoft.com, or leave it empty.")
}

func faultClientID() *core.Fault {
	return wrong("client-id", "The client ID is not one.", "Give the Application (client) ID of the app registration, or leave it empty to make a new one.")
}

func faultRedirect() *core.Fault {
	return wrong("redirect", "The redirect URI is not one that leads back to this computer.", "Use http://localhost without a client secret, and http://localhost:33333/signin with one.")
}

func faultExpires() *core.Fault {
	return wrong("expires", "The end of the secret is not a date.", "Write it like 2027-03-31.")
}

func faultCertificate() *core.Fault {
	return wrong("certificate", "There is no certificate that the script could upload.", "Make a certificate or choose one first. The script holds its public part only.")
}

func faultKind() *core.Fault {
	return wrong("script", "There is no script for that shell.", "Choose bash or PowerShell.")
}

func faultWindows() *core.Fault {
	return wrong("windows", "For a sign-in as at Windows nothing has to be set up in Entra.", "Ask the Dynamics administrator for a user on your own server, with a security role that may read the tables.")
}

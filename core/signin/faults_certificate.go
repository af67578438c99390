package signin

import "ferry/core"

// What can be wrong with a certificate, its key and what is signed with it.

const certificatePage = "In the app registration, open Certificates & secrets, Certificates, and upload the new .cer file."

func faultCertificateFile() *core.Fault {
	return settingFault("certificate-file", "This file holds no certificate that Ferry can read.",
		"Choose the file with certificate and private key: it ends in .pfx or .p12, or is a .pem text with BEGIN CERTIFICATE and BEGIN PRIVATE KEY.")
}

func faultCertificatePassword(none bool) *core.Fault {
	if none {
		return settingFault("certificate-password-wanted", "The private key in this file is protected by a password.",
			"Enter the password that was set when the file was exported.")
	}
	return settingFault("certificate-password", "The password of the certificate file is wrong.",
		"Enter the password that was set when the file was exported. If nobody knows it, export the certificate again.")
}

func faultNoKey() *core.Fault {
	return settingFault("certificate-no-key", "There is a certificate in this file, but no private key.",
		"A .cer or .crt file is only the public half. Choose the .pfx file, or export the certificate again with its private key.")
}

func faultNoCertificate() *core.Fault {
	return settingFault("certificate-none", "There is a private key in this file, but no certificate.",
		"Put certificate and private key into one .pem file, one after the other, or export both together as .pfx.")
}

func faultKeyForeign() *core.Fault {
	return settingFault("certificate-other-key", "The private key in this file does not belong to the certificate in it.",
		"Export the certificate again together with its own private key.")
}

func faultSeveralKeys() *core.Fault {
	return settingFault("certificate-several-keys", "There are several private keys in this file, and it is not clear which one is meant.",
		"Export the one certificate that is registered, together with its private key.")
}

func faultKeyKind() *core.Fault {
	return settingFault("certificate-kind", "The private key is of a kind that Microsoft does not accept here: it must be an RSA key.",
		"Make a certificate with an RSA key, for example with Make a certificate for me, and upload it.")
}

func faultKeySmall() *core.Fault {
	return settingFault("certificate-small", "The private key is too short for what is to be signed with it.",
		"Make a certificate with an RSA key of 2048 bits or more, for example with Make a certificate for me, and upload it.")
}

func faultKeyOldProtection() *core.Fault {
	return settingFault("certificate-protection", "The private key is protected in an old way that Ferry does not read.",
		"Export certificate and key again as .pfx, or save the key as PKCS #8 (BEGIN ENCRYPTED PRIVATE KEY).")
}

func faultCertificateExpired(c *Certificate) *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.certificate-expired", Owner: core.EntraAdmin,
		Cause:   "The application's certificate ended on " + day(c.NotAfter) + ".",
		Remedy:  "Make a new certificate here. " + certificatePage,
		Details: "thumbprint " + c.Thumbprint,
	}
}

func faultCertificateEarly(c *Certificate) *core.Fault {
	return &core.Fault{
		Kind: core.SignIn, Code: "signin.certificate-early", Owner: core.You,
		Cause:   "By this computer's clock, the application's certificate is valid only from " + day(c.NotBefore) + " on.",
		Remedy:  "Check this computer's date, time and time zone. If they are right, use a certificate that is already valid.",
		Details: "thumbprint " + c.Thumbprint,
	}
}

func faultCertificateTerm() *core.Fault {
	return settingFault("certificate-term", "A certificate made here is valid for at most two years.",
		"Choose one year or two years.")
}

func faultCertificateMaking(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Bug, Code: "signin.certificate-making", Owner: core.You, Err: stripped(err),
		Cause:  "The certificate could not be made.",
		Remedy: "Try again. If it happens again, save the diagnostics and send them to us.",
	}
}

func faultCertificateLost() *core.Fault {
	return settingFault("certificate-lost", "What is kept of the certificate on this computer cannot be read.",
		"Give the certificate file again.")
}

func faultAlgorithm() *core.Fault {
	return settingFault("algorithm", "The algorithm is not one that can sign this.",
		"Leave it empty, or choose PS256, PS384, PS512, RS256, RS384 or RS512.")
}

func faultLifetime() *core.Fault {
	return settingFault("lifetime", "The time for which what is signed holds is too long or too short.",
		"Leave it empty for ten minutes, or give from one second to one day.")
}

func faultClaimProtected(name string) *core.Fault {
	if name == "" {
		name = "a claim without a name"
	}
	return settingFault("claim-protected", "Ferry itself must set what is to be added to the signed text: "+plain(name)+".",
		"Remove it there. The audience and the ID have fields of their own.")
}

func faultNothingSigned() *core.Fault {
	return settingFault("nothing-signed", "This connection has no certificate, so nothing is signed.",
		"Choose a certificate to sign in with.")
}

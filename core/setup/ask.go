package setup

// An AskKind is what somebody is asked for. The values but AskFault are those of a saved Waiting.
type AskKind string

const (
	AskFault           AskKind = "fault"            // mend what Values.Fault says
	AskRegistration    AskKind = "registration"     // register an app for me
	AskApproval        AskKind = "admin-approval"   // grant what the application asks for
	AskApplicationUser AskKind = "application-user" // make the application user
)

// Ask writes the mail to the person who can do it: plain text, without any secret.
func Ask(kind AskKind, v Values) (subject, body string) {
	return "", ""
}

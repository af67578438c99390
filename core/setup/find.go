package setup

// Find looks through anything that was pasted, a whole mail for example, for the values of a connection. org tells whether
// a text is the address of an environment and returns it tidied up. Nothing of the text is kept but what is returned.
func Find(text string, org func(string) (string, bool)) Found {
	return Found{}
}

// WithTenant settles what was uncertain once the environment itself has said which tenant it belongs to: a GUID that was
// taken for the client ID and is the tenant changes places.
func (f Found) WithTenant(tenant string) Found {
	return f
}

package transform

// All are the transforms there are, in the order in which a list shows them. Each call makes them anew.
func All() []*Transform {
	return []*Transform{
		trim(), collapse(), upper(), lower(), titleCase(), first(), replace(), split(), stripHTML(),
		constant(), template(), join(), firstFilled(), blank(),
		formatNumber(), readNumber(), round(),
		dateOnly(), formatDate(), readDate(),
		phone(), countryCode(), countryName(),
		yesNo(), yesNoWords(), choiceLabel(), choiceCode(), lookupPart(),
		asText(), hash(),
	}
}

// Get returns the transform of that name, or nil.
func Get(name string) *Transform { return find(All(), name) }

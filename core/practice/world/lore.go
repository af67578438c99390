package world

import (
	_ "embed" // for the places below
	"strings"
)

// placesText is what people, streets and firms are called in each country.
//
//go:embed places.txt
var placesText string

// A word is a name and what it is in an e-mail address.
type word struct{ shown, plain string }

// A place is a country as far as rows need it.
type place struct {
	country, prefix     string
	cities              [][3]string // city, state, postal code
	streets             []string
	first, last         []word
	legal               []string
	latitude, longitude string
}

// A currency is one of the organisation's; the first is its own.
type currency struct {
	name, code, symbol string
	precision          int
	rate               int64 // how many of it are one of the organisation's own, times 10^10
}

// A lore is what the organisation's rows are made of. It never changes once made.
type lore struct {
	places      []place
	currencies  []currency
	coined      []string
	trades      []string
	jobs        []string
	departments []string
	subjects    []string
	phrases     []string
	phrasesHTML []string
	words       []string
	lists       map[string][]string // names of the rows of small tables
	rights      []right
	privileges  []string // their names
}

// disabledUser is the position of the person who left.
const disabledUser = 5

func newLore() *lore {
	return &lore{
		places: readPlaces(placesText),
		currencies: []currency{
			{"Euro", "EUR", "€", 2, 10000000000},
			{"US Dollar", "USD", "$", 2, 10845000000},
			{"Pound Sterling", "GBP", "£", 2, 8421300000},
			{"Yen", "JPY", "¥", 0, 1623700000000},
			{"Schweizer Franken", "CHF", "CHF", 2, 9387000000},
			{"Svensk krona", "SEK", "kr", 2, 112345678901},
			{"Kuwaiti Dinar", "KWD", "د.ك", 3, 3331234567},
		},
		coined: strings.Fields("Nordwind Aurelia Kestrel Solvei Brindle Tamarack Quillon Marisol Harrow Velden Ostara " +
			"Lumen Corvina Thistle Belmora Sable Fjordal Carduus Mirabel Pinnace Alder Zephyra Wolkenberg Hexham"),
		trades: []string{"Logistics", "Instruments", "Bakery", "Shipping & Freight", "Textiles", "Solar", "Print",
			"Consulting", "Timber", "Foods", "Medical", "Optics", "Machine Tools", "Travel"},
		jobs: []string{"Managing Director", "Head of Purchasing", "Einkäuferin", "Office Manager", "CTO / Co-founder",
			"Chargé d'affaires", "Sales, EMEA", "Leiter Qualität & Umwelt", "Intern", "部長"},
		departments: []string{"Purchasing", "Sales", "IT", "R&D", "Human Resources", "Buchhaltung", "Logistics"},
		subjects: []string{"Call back about the offer", "Visit after the fair", "Complaint: wrong size delivered",
			"Send price list", "Rückruf wegen Angebot", "Quarterly review", "Renewal of the frame contract",
			"Clarify the delivery address", "Invite to the open day", "Invoice is missing the order number"},
		phrases: []string{"Met at the fair in spring.", "Wants an offer for the whole year.", "Prefers calls before noon.",
			"Kündigt zum Jahresende, wenn der Preis nicht sinkt.", "Second site opens next year; the warehouse moves.",
			"Pays late, but pays.", "Ask for Mrs. Öberg.", "See the minutes of 12/03.", "Discount of 3% agreed by phone.",
			"Il préfère le courrier électronique.", "Delivery only by the back gate, ring twice."},
		phrasesHTML: []string{"<p>Dear Sir or Madam,</p>", "<p>thank you for your message &amp; your patience.</p>",
			"<table><tr><td>1</td><td>Rope, 12&nbsp;mm</td></tr></table>", "<p>Mit freundlichen Grüßen</p>"},
		words: strings.Fields("amber basalt cedar delta ember fathom garnet harbour indigo juniper keel lantern meridian " +
			"nimbus ochre pewter quartz rudder saffron tiller umber vellum willow xenon yarrow zenith"),
		lists: smallLists(),
	}
}

// readPlaces reads places.txt. The file is part of the program and tested.
func readPlaces(text string) []place {
	var places []place
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		p := place{country: f[0], prefix: f[1], streets: strings.Split(f[3], ";"), legal: strings.Split(f[6], ";")}
		for city := range strings.SplitSeq(f[2], ";") {
			c := strings.Split(city, ",")
			p.cities = append(p.cities, [3]string{c[0], c[1], c[2]})
		}
		p.first, p.last = readWords(f[4]), readWords(f[5])
		p.latitude, p.longitude, _ = strings.Cut(f[7], ",")
		places = append(places, p)
	}
	return places
}

func readWords(list string) []word {
	var words []word
	for w := range strings.SplitSeq(list, ";") {
		shown, plain, given := strings.Cut(w, "=")
		if !given {
			plain = strings.ToLower(strings.ReplaceAll(shown, " ", ""))
		}
		words = append(words, word{shown, plain})
	}
	return words
}

// smallLists names the rows of tables that have few.
func smallLists() map[string][]string {
	return map[string][]string{
		"businessunit":  {"Nordwind Group", "Nordwind Europe", "Nordwind Americas", "Nordwind Asia & Pacific"},
		"team":          {"Nordwind Group", "Nordwind Europe", "Nordwind Americas", "Nordwind Asia & Pacific", "Key accounts", "Außendienst"},
		"organization":  {"Nordwind Practice"},
		"territory":     {"DACH", "Nordics", "Benelux", "Iberia", "UK & Ireland", "Middle East", "Americas", "日本"},
		"pricelevel":    {"Standard 2025", "Standard 2026", "Key accounts", "Clearance (-50%)"},
		"role":          {"System Administrator", "System Customizer", "Salesperson", "Sales Manager", "Service Reader", "Basic User"},
		"subject":       {"Default Subject", "Query", "Service", "Delivery", "Information", "Products", "Qualität"},
		"product":       {"Rope 12 mm", "Rope 24 mm", "Anchor, 40 kg", "Lantern \"Lux\"", "Rettungsring", "Sail cloth / m²", "Compass № 5"},
		"campaign":      {"Spring fair", "Open day", "Win back 2025", "Herbstaktion", "Newsletter test A/B"},
		"sdkmessage":    {"Create", "Retrieve", "RetrieveMultiple", "Update", "Delete", "Assign", "CreateMultiple", "UpdateMultiple"},
		"appmodule":     {"Sales Hub", "Customer Service Hub", "Fleet"},
		"new_stockroom": {"Lager Süd", "Lager Nord", "Hochregal 1", "Hochregal 2", "Rückläufer", "Sperrlager"},
	}
}

// usualRows is how many rows a table has when nobody says.
func usualRows(table string) int {
	switch table {
	case "account":
		return 500
	case "contact":
		return 1400
	case "new_vessel":
		return 420
	case "new_voyage":
		return 900
	case "new_vessel_contact":
		return 300
	case "task", "phonecall":
		return 200
	case "lead", "opportunity", "incident", "email", "annotation":
		return 120
	case "appointment", "competitor":
		return 60
	case "customeraddress":
		return 150
	case "systemuser", "new_ledger":
		return 12
	case "organization":
		return 1
	case "transactioncurrency":
		return 7
	case "serviceendpoint", "sdkmessageprocessingstep":
		return 0
	}
	if names, ok := smallLists()[table]; ok {
		return len(names)
	}
	return 8
}

// leastRows is how many rows a table must have for others to make sense.
func leastRows(table string) int {
	switch table {
	case "organization", "businessunit", "transactioncurrency", "team":
		return 1
	case "systemuser":
		return 3
	case "role":
		return len(smallLists()["role"])
	}
	return 0
}

// userName is the full name of the user at a position.
func (l *lore) userName(i int) string {
	first, last := l.userWords(i)
	if last.shown == "" {
		return first.shown
	}
	return first.shown + " " + last.shown
}

// userDomain is what the user at a position signs in with.
func (l *lore) userDomain(i int) string {
	first, last := l.userWords(i)
	if last.shown == "" {
		return ""
	}
	return first.plain + "." + last.plain + "@nordwind.example"
}

// userWords is the name of the user at a position: a person first, then the two that every organisation has.
func (l *lore) userWords(i int) (first, last word) {
	switch i {
	case 0:
		return word{"Ada", "ada"}, word{"Lovelace", "lovelace"}
	case 1:
		return word{"SYSTEM", "system"}, word{}
	case 2:
		return word{"INTEGRATION", "integration"}, word{}
	}
	h := mix(uint64(i) * 0x75736572)
	p := l.places[below(h, len(l.places))]
	h = mix(h)
	first = p.first[below(h, len(p.first))]
	last = p.last[below(mix(h), len(p.last))]
	if i > 40 { // many users: a number keeps their sign-in names apart
		last.plain += "." + string(appendBase36(nil, uint64(i)))
	}
	return first, last
}

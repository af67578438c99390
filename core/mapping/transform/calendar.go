package transform

import "golang.org/x/text/language"

// A calendar has the names of months and weekdays in one language. Short names are empty where they are not known.
type calendar struct {
	months    [12]string
	short     [12]string
	days      [7]string // from Sunday
	shortDays [7]string
}

// calendarOf returns the names for a language: CLDR, Gregorian calendar, wide format names. False where Ferry has none.
func calendarOf(tag language.Tag) (calendar, bool) {
	base, _ := tag.Base()
	switch base.String() {
	case "en":
		return calendar{
			months:    [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
			short:     [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
			days:      [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
			shortDays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		}, true
	case "de":
		return calendar{
			months: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
			days:   [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		}, true
	case "fr":
		return calendar{
			months: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
			days:   [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		}, true
	case "es":
		return calendar{
			months: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
			days:   [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		}, true
	case "it":
		return calendar{
			months: [12]string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
			days:   [7]string{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
		}, true
	case "nl":
		return calendar{
			months: [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
			days:   [7]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
		}, true
	default:
		return calendar{}, false
	}
}

// calendar reads the language of month names. Without names the project's language falls back to English; a language
// that was asked for is a Problem, but only where names are needed.
func (b *build) calendar() calendar {
	c, ok := calendarOf(b.language("language"))
	if ok {
		return c
	}
	if b.text("language") != "" {
		b.bad("language", b.text("language"), "Choose en, de, fr, es, it or nl, or leave it out and use numbers for months.")
	}
	c, _ = calendarOf(language.English)
	return c
}

func calendarParam() Param {
	return Param{Name: "language", Title: "Language of names", Kind: ParamLanguage, Help: "For names of months and weekdays: en, de, fr, es, it or nl. Without one it is the project's, else English."}
}

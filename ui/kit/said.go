package kit

import "fyne.io/fyne/v2/lang"

// Said is a text that core has made, in the person's language: the title of a setting, of a step of a test. The test of the
// texts finds them where they are made.
func Said(text string) string {
	if text == "" {
		return ""
	}
	return lang.X(text, text)
}

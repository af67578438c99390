package kit

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
)

// A Form asks for a system's settings. It is drawn from them alone, so a new system needs no new page.
type Form struct {
	*fyne.Container
	settings []core.Setting
	fields   map[string]*Entry
	checks   map[string]*widget.Check
	choices  map[string]*widget.Select
	changed  func()
}

// FormCalls are what a form cannot do itself.
type FormCalls struct {
	File    func(start string, picked func(path string)) // Browse… of a file; nil leaves the button out
	Folder  func(start string, picked func(path string))
	Changed func()
	Enter   func() // Enter in a field
}

// NewForm draws settings with their present values.
func NewForm(settings []core.Setting, values map[string]string, calls FormCalls) *Form {
	f := &Form{
		settings: settings, fields: map[string]*Entry{}, checks: map[string]*widget.Check{},
		choices: map[string]*widget.Select{}, changed: calls.Changed,
	}
	parts := []fyne.CanvasObject{}
	for _, s := range settings {
		value, set := values[s.Name]
		if !set {
			value = s.Default
		}
		parts = append(parts, f.draw(s, value, calls))
	}
	f.Container = Column(16, parts...)
	return f
}

func (f *Form) draw(s core.Setting, value string, calls FormCalls) fyne.CanvasObject {
	title := s.Title
	if !s.Required {
		title = lang.L("{{.Title}} (optional)", M{"Title": s.Title})
	}
	switch s.Kind {
	case core.SettingSwitch:
		c := widget.NewCheck(s.Title, func(bool) { f.tell() })
		c.Checked, _ = strconv.ParseBool(value)
		f.checks[s.Name] = c
		return Column(2, c, Pad(0, 0, 0, 32, CaptionPara(s.Help)))
	case core.SettingChoice:
		c := widget.NewSelect(s.Choices, nil)
		c.Selected = value
		c.OnChanged = func(string) { f.tell() }
		f.choices[s.Name] = c
		return Labeled(title, s.Help, AtMost(360, c))
	}
	e := NewEntry(s.Title, "")
	e.Password = s.Kind == core.SettingSecret
	e.Text = value
	e.OnChanged = func(string) { f.tell() }
	e.OnSubmitted = func(string) {
		if calls.Enter != nil {
			calls.Enter()
		}
	}
	f.fields[s.Name] = e
	browse := calls.File
	if s.Kind == core.SettingFolder {
		browse = calls.Folder
	}
	switch {
	case s.Kind == core.SettingNumber:
		return Labeled(title, s.Help, AtMost(160, e))
	case browse != nil && (s.Kind == core.SettingFile || s.Kind == core.SettingFolder):
		pick := Plain(lang.L("Browse…"), func() { browse(e.Text, func(path string) { e.SetText(path) }) })
		return Labeled(title, s.Help, Row(8, Grow(e), pick))
	}
	return Labeled(title, s.Help, e)
}

func (f *Form) tell() {
	if f.changed != nil {
		f.changed()
	}
}

// Values returns what was entered, secrets left out.
func (f *Form) Values() map[string]string {
	values := map[string]string{}
	for _, s := range f.settings {
		switch {
		case s.Kind == core.SettingSecret:
		case f.fields[s.Name] != nil:
			if text := strings.TrimSpace(f.fields[s.Name].Text); text != "" {
				values[s.Name] = text
			}
		case f.checks[s.Name] != nil:
			values[s.Name] = strconv.FormatBool(f.checks[s.Name].Checked)
		case f.choices[s.Name] != nil && f.choices[s.Name].Selected != "":
			values[s.Name] = f.choices[s.Name].Selected
		}
	}
	return values
}

// Secrets returns the secrets that were entered.
func (f *Form) Secrets() map[string]core.Secret {
	secrets := map[string]core.Secret{}
	for _, s := range f.settings {
		if e := f.fields[s.Name]; s.Kind == core.SettingSecret && e != nil && e.Text != "" {
			secrets[s.Name] = core.NewSecret(e.Text)
		}
	}
	return secrets
}

// Lacks returns why the form cannot be used yet, "" when it can.
func (f *Form) Lacks() string {
	values := f.Values()
	for _, s := range f.settings {
		if s.Required && s.Kind != core.SettingSecret && values[s.Name] == "" {
			return lang.L("Fill in “{{.Field}}” first.", M{"Field": s.Title})
		}
		if s.Kind == core.SettingNumber && values[s.Name] != "" {
			if _, err := strconv.ParseInt(values[s.Name], 10, 64); err != nil {
				return lang.L("“{{.Field}}” has to be a whole number.", M{"Field": s.Title})
			}
		}
	}
	return ""
}

// First returns the first field, for the focus.
func (f *Form) First() fyne.Focusable {
	for _, s := range f.settings {
		if e := f.fields[s.Name]; e != nil {
			return e
		}
	}
	return nil
}

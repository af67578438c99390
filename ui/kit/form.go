package kit

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
)

// A Form asks for a system's settings. It is drawn from them alone, so a new system needs no new page.
type Form struct {
	*fyne.Container
	settings []core.Setting
	fields   map[string]*Entry
	checks   map[string]*Tick
	choices  map[string]*Drop
	kept     map[string]bool
	calls    FormCalls
	rest     *fyne.Container // what few people need; nil is none
	more     *Button
}

// FormCalls are what a form cannot do itself.
type FormCalls struct {
	File    func(start string, picked func(path string)) // Browse… of a file; nil leaves the button out
	Folder  func(start string, picked func(path string))
	Changed func()
	Enter   func()                                          // Enter in a field
	Kept    map[string]bool                                 // secrets that need not be entered again
	Offer   func(s core.Setting, picked func(value string)) // Choose… of a setting that is Offered; nil leaves the button out
	Agree   func(s core.Setting, agreed func())             // before a switch goes on that Notifies; nil asks nothing
	Resized func()                                          // the form is higher or lower than it was
	More    bool                                            // what few people need is shown from the start
}

// NewForm draws settings with their present values.
func NewForm(settings []core.Setting, values map[string]string, calls FormCalls) *Form {
	f := &Form{
		settings: settings, fields: map[string]*Entry{}, checks: map[string]*Tick{},
		choices: map[string]*Drop{}, kept: calls.Kept, calls: calls,
	}
	parts, rest := []fyne.CanvasObject{}, []fyne.CanvasObject{}
	for _, s := range settings {
		value, set := values[s.Name]
		if !set {
			value = s.Default
		}
		if s.More {
			rest = append(rest, f.draw(s, value, calls))
		} else {
			parts = append(parts, f.draw(s, value, calls))
		}
	}
	if len(rest) > 0 {
		f.rest = Column(16, rest...)
		f.more = Link(lang.L("More settings"), func() { f.showMore(!f.rest.Visible()) })
		parts = append(parts, Row(0, f.more, Space()), f.rest)
		f.Container = Column(16, parts...)
		f.showMore(calls.More)
		return f
	}
	f.Container = Column(16, parts...)
	return f
}

// showMore shows what few people need, or hides it.
func (f *Form) showMore(on bool) {
	if on {
		f.more.SetWords(lang.L("Fewer settings"))
		f.rest.Show()
	} else {
		f.more.SetWords(lang.L("More settings"))
		f.rest.Hide()
	}
	f.Refresh()
	if f.calls.Resized != nil {
		f.calls.Resized()
	}
}

// ShowsMore reports whether what few people need is shown.
func (f *Form) ShowsMore() bool { return f.rest != nil && f.rest.Visible() }

// Put writes a value into a field, as if it had been typed.
func (f *Form) Put(setting, value string) {
	if e := f.fields[setting]; e != nil {
		e.SetText(value)
	}
}

func (f *Form) draw(s core.Setting, value string, calls FormCalls) fyne.CanvasObject {
	title := s.Title
	if !s.Required {
		title = lang.L("{{.Title}} (optional)", M{"Title": s.Title})
	}
	switch s.Kind {
	case core.SettingSwitch:
		on, _ := strconv.ParseBool(value)
		var t *Tick
		t = NewTick(s.Title, on, func(on bool) { f.turned(s, t, on) })
		f.checks[s.Name] = t
		return Column(0, t, Pad(0, 0, 0, 29, CaptionPara(s.Help)))
	case core.SettingChoice:
		var d *Drop
		d = NewDrop(s.Title, value, func() []MenuItem { return f.items(s, d) })
		f.choices[s.Name] = d
		return Labeled(title, s.Help, AtMost(360, d))
	}
	e := NewEntry(s.Title, "")
	e.Password = s.Kind == core.SettingSecret && !s.Open
	if s.Kind == core.SettingSecret && f.kept[s.Name] {
		e.PlaceHolder = lang.L("Kept in this computer's keychain")
	}
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
	case s.Offered && calls.Offer != nil:
		pick := Plain(lang.L("Choose…"), func() { calls.Offer(s, func(value string) { e.SetText(value) }) })
		return Labeled(title, s.Help, Row(8, Grow(e), pick))
	case browse != nil && (s.Kind == core.SettingFile || s.Kind == core.SettingFolder):
		pick := Plain(lang.L("Browse…"), func() { browse(e.Text, func(path string) { e.SetText(path) }) })
		return Labeled(title, s.Help, Row(8, Grow(e), pick))
	}
	return Labeled(title, s.Help, e)
}

// items are what a setting can be.
func (f *Form) items(s core.Setting, d *Drop) []MenuItem {
	items := []MenuItem{}
	for _, choice := range s.Choices {
		item := MenuItem{Words: choice, Tap: func() { d.SetValue(choice); f.tell() }}
		if choice == d.Value() {
			item.Icon = "check"
		}
		items = append(items, item)
	}
	return items
}

func (f *Form) tell() {
	if f.calls.Changed != nil {
		f.calls.Changed()
	}
}

// turned is a switch that was turned. One that lets the system write to people goes on only when somebody agreed.
func (f *Form) turned(s core.Setting, t *Tick, on bool) {
	if !on || !s.Notifies || f.calls.Agree == nil {
		f.tell()
		return
	}
	t.Set(false)
	f.calls.Agree(s, func() {
		t.Set(true)
		f.tell()
	})
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
			values[s.Name] = strconv.FormatBool(f.checks[s.Name].On())
		case f.choices[s.Name] != nil && f.choices[s.Name].Value() != "":
			values[s.Name] = f.choices[s.Name].Value()
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
		lacks := s.Kind != core.SettingSecret && values[s.Name] == ""
		if s.Kind == core.SettingSecret {
			e := f.fields[s.Name]
			lacks = !f.kept[s.Name] && (e == nil || e.Text == "")
		}
		if s.Required && lacks {
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

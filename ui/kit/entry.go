package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Entry is a field for one line, or a box for several. Escape closes what lies open, Tab goes on to what comes next.
type Entry struct {
	widget.Entry
	label string

	// OnPaste is asked before a text is pasted; when it takes the text, nothing is put into the field.
	OnPaste func(text string) (taken bool)
	// OnKey is asked before a key does something in the field.
	OnKey func(name fyne.KeyName) (taken bool)
	// OnLeave is told that the field has lost the focus.
	OnLeave func()
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	if e.OnLeave != nil {
		e.OnLeave()
	}
}

// NewEntry returns a field; label is what stands above it.
func NewEntry(label, placeholder string) *Entry {
	e := &Entry{label: label}
	e.ExtendBaseWidget(e)
	e.PlaceHolder = placeholder
	e.Wrapping = fyne.TextWrapOff
	e.Scroll = fyne.ScrollHorizontalOnly
	return e
}

// NewSecretEntry returns a field whose content is not shown.
func NewSecretEntry(label string) *Entry {
	e := NewEntry(label, "")
	e.Password = true
	return e
}

// NewMemo returns a box for several lines.
func NewMemo(label, placeholder string, lines int) *Entry {
	e := NewEntry(label, placeholder)
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.Scroll = fyne.ScrollVerticalOnly
	e.SetMinRowsVisible(lines)
	return e
}

// AcceptsTab implements fyne.Tabbable: Tab leaves the field, also one of several lines.
func (e *Entry) AcceptsTab() bool { return false }

// TypedShortcut implements fyne.Shortcutable.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if p, ok := s.(*fyne.ShortcutPaste); ok && e.OnPaste != nil && p.Clipboard != nil && e.OnPaste(p.Clipboard.Content()) {
		return
	}
	e.Entry.TypedShortcut(s)
}

// Label returns what stands above the field.
func (e *Entry) Label() string { return e.label }

// SetLabel changes what stands above the field.
func (e *Entry) SetLabel(label string) { e.label = label }

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if e.OnKey != nil && e.OnKey(k.Name) {
		return
	}
	if k.Name == fyne.KeyEscape {
		escape(e)
		return
	}
	e.Entry.TypedKey(k)
}

// Labeled puts a field's label above it and help below; help may be "".
func Labeled(label, help string, field fyne.CanvasObject) *fyne.Container {
	parts := []fyne.CanvasObject{NewText(label, Style{Bold: true, Size: 13}), field}
	if help != "" {
		parts = append(parts, CaptionPara(help))
	}
	return Column(5, parts...)
}

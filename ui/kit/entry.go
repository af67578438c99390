package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Entry is a field for one line. Escape closes what lies open.
type Entry struct {
	widget.Entry
	label string
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
func NewSecretEntry(label, placeholder string) *Entry {
	e := NewEntry(label, placeholder)
	e.Password = true
	return e
}

// Label returns what stands above the field.
func (e *Entry) Label() string { return e.label }

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
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

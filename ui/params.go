package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
)

// paramRows is a list of names and values that can be added to and taken from.
type paramRows struct {
	title, help string
	secrets     bool // values may be marked secret
	rows        []*paramRow
	draw        func()
}

type paramRow struct {
	name, value *kit.Entry
	secret      bool
	kept        bool // the keychain has a value
}

func newParamRows(title, help string, secrets bool, params []project.Param, draw func()) *paramRows {
	p := &paramRows{title: title, help: help, secrets: secrets, draw: draw}
	for _, one := range params {
		p.add(one)
	}
	return p
}

func (p *paramRows) add(one project.Param) {
	r := &paramRow{name: kit.NewEntry(lang.L("Name"), lang.L("name")), value: kit.NewEntry(lang.L("Value"), lang.L("value")), secret: one.Secret, kept: one.Secret && one.Name != ""}
	r.name.Text, r.value.Text = one.Name, one.Value
	r.hide()
	p.rows = append(p.rows, r)
}

func (r *paramRow) hide() {
	r.value.Password = r.secret
	r.value.PlaceHolder = lang.L("value")
	if r.secret && r.kept {
		r.value.PlaceHolder = lang.L("kept; leave empty to use it")
	}
	r.value.Refresh()
}

func (p *paramRows) object() fyne.CanvasObject {
	parts := []fyne.CanvasObject{kit.NewText(p.title, kit.Style{Bold: true, Size: 13})}
	for i, r := range p.rows {
		row := []fyne.CanvasObject{kit.Grow(r.name), kit.Grow(r.value)}
		if p.secrets {
			row = append(row, kit.Sized(84, 0, kit.NewTick(lang.L("secret"), r.secret, func(on bool) {
				r.secret = on
				r.hide()
			})))
		}
		off := kit.LinkIcon("cross", "", func() {
			p.rows = append(p.rows[:i:i], p.rows[i+1:]...)
			p.draw()
		})
		off.Tip(lang.L("Take it off the list"))
		parts = append(parts, kit.Row(8, append(row, off)...))
	}
	if p.help != "" {
		parts = append(parts, kit.CaptionPara(p.help))
	}
	add := kit.PlainIcon("plus", lang.L("Add"), func() {
		p.add(project.Param{})
		p.draw()
	})
	return kit.Column(6, append(parts, kit.Row(0, add, kit.Space()))...)
}

// params are the rows that have a name; of secret ones the values apart.
func (p *paramRows) params() (params []project.Param, secrets map[string]core.Secret) {
	secrets = map[string]core.Secret{}
	for _, r := range p.rows {
		name := strings.TrimSpace(r.name.Text)
		switch {
		case name == "":
		case r.secret:
			params = append(params, project.Param{Name: name, Secret: true})
			if r.value.Text != "" {
				secrets[name] = core.NewSecret(r.value.Text)
			}
		default:
			params = append(params, project.Param{Name: name, Value: strings.TrimSpace(r.value.Text)})
		}
	}
	return params, secrets
}

// forget takes typed secrets out of the fields, because they are kept now.
func (p *paramRows) forget() {
	for _, r := range p.rows {
		if r.secret {
			r.kept = true
			r.value.Text = ""
			r.hide()
		}
	}
}

package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// pastedAddress takes a whole mail that is pasted into the field for the address; an address alone is left to the field.
func (z *wizard) pastedAddress(text string) bool {
	if !strings.ContainsAny(strings.TrimSpace(text), " \t\n") {
		return false
	}
	f := z.find(text)
	if f.ClientID == "" && f.Secret.Empty() {
		return false
	}
	z.take(f)
	return true
}

// pasted takes what was pasted into the box for mails. The box stays empty.
func (z *wizard) pasted(text string) bool {
	f := z.find(text)
	if f.Empty() {
		z.paste.SetText(text)
		z.unread, z.notes = len(f.Notes) == 0, f.Notes
		z.redraw()
		return true
	}
	z.take(f)
	return true
}

// readPaste takes what was typed into the box.
func (z *wizard) readPaste() {
	if text := strings.TrimSpace(z.paste.Text); text != "" {
		z.pasted(text)
	}
}

func (z *wizard) find(text string) setup.Found {
	return setup.Find(text, func(s string) (string, bool) {
		a, err := z.w.o.Engine.Recognise(s)
		return a.Org, err == nil && a.Org != ""
	})
}

// take puts every value into its field. The secret goes no further before Continue.
func (z *wizard) take(f setup.Found) {
	z.unread, z.notes, z.otherOrg, z.valuesFault, z.proved = false, f.Notes, "", nil, false
	z.paste.Text = ""
	z.paste.Refresh()
	if f.Org != "" && (z.step == stepAddress || z.step == stepEdit) {
		z.address.SetText(f.Org)
	} else if f.Org != "" && f.Org != z.c.Org {
		z.otherOrg = f.Org
	}
	z.fill(f)
	if f.SecretExpires != "" {
		z.expires.SetText(f.SecretExpires)
	}
	if !f.Secret.Empty() {
		z.secret.SetText(f.Secret.Reveal())
		z.credential = credentialSecret
		if !z.chose {
			z.c.Auth = project.Secret
		}
	}
	if f.Secret.Empty() && !z.chose && z.c.Auth == project.Browser {
		for _, n := range f.Notes {
			if n.Kind == setup.NoteSecretID && n.Warns() { // the secret itself is still to come
				z.c.Auth, z.credential = project.Secret, credentialSecret
			}
		}
	}
	f.Secret = core.Secret{}
	z.pastedFound = f
	z.redraw()
}

func (z *wizard) fill(f setup.Found) {
	if f.Tenant != "" {
		z.tenant.SetText(f.Tenant)
	}
	if f.ClientID != "" {
		z.client.SetText(f.ClientID)
	}
}

// settle uses what the environment said about its tenant on what was pasted.
func (z *wizard) settle(tenant string) {
	if z.pastedFound.Empty() || tenant == "" {
		return
	}
	f := z.pastedFound.WithTenant(tenant)
	if f.Tenant != z.pastedFound.Tenant || f.ClientID != z.pastedFound.ClientID {
		z.pastedFound, z.notes = f, f.Notes
		z.fill(f)
	}
}

// pasteParts are the box for a mail and what was found in it.
func (z *wizard) pasteParts() []fyne.CanvasObject {
	lines := 3
	if len(z.notes) > 0 && z.paste.Text == "" {
		lines = 1
	}
	z.paste.SetMinRowsVisible(lines)
	parts := []fyne.CanvasObject{z.paste}
	if strings.TrimSpace(z.paste.Text) != "" {
		parts = append(parts, kit.Row(10, kit.Plain(lang.L("Find the values"), z.readPaste), kit.Space()))
	}
	if z.unread {
		parts = append(parts, kit.Hint("warn", lang.L("There is no value in it that Ferry knows. Look for an application (client) ID, a directory (tenant) ID, and perhaps a client secret."), look.Warned))
	}
	if found := z.foundNotes(); found != nil {
		parts = append(parts, found)
	}
	return parts
}

// foundNotes say where each pasted value went; nil when nothing was pasted.
func (z *wizard) foundNotes() fyne.CanvasObject {
	notes := []fyne.CanvasObject{}
	for _, n := range z.notes {
		notes = append(notes, z.note(n))
	}
	if z.otherOrg != "" {
		other := z.otherOrg
		notes = append(notes, kit.Row(10, kit.Grow(kit.Hint("warn", lang.L("It is about another environment: {{.Org}}", kit.M{"Org": other}), look.Warned)),
			kit.Plain(lang.L("Use that address"), func() { z.useOrg(other) })))
	}
	if len(notes) == 0 {
		return nil
	}
	return kit.On(kit.NewBox(look.Field, "", look.SmallRound), kit.Pad(10, 12, 10, 12, kit.Column(6, notes...)))
}

// note is one line about what was found; where it is not certain, the other values can be taken instead.
func (z *wizard) note(n setup.Note) fyne.CanvasObject {
	switch {
	case n.Kind == setup.NoteObjectID, n.Kind == setup.NoteSecretID && z.secret.Text != "":
		return kit.Hint("dash", n.Text, look.Quiet)
	case !n.Warns():
		return kit.Hint("check", n.Text, look.Passed)
	}
	hint := kit.Hint("warn", n.Text, look.Warned)
	field := map[setup.Field]*kit.Entry{setup.FieldTenant: z.tenant, setup.FieldClientID: z.client}[n.Field]
	if field == nil || len(n.Offer) < 2 {
		return hint
	}
	rows := []fyne.CanvasObject{hint}
	for _, id := range n.Offer {
		if !strings.EqualFold(strings.TrimSpace(field.Text), id) {
			rows = append(rows, kit.Pad(0, 0, 0, 19, kit.Row(0, kit.Link(lang.L("Use {{.ID}} instead", kit.M{"ID": id}), func() { field.SetText(id); z.redraw() }), kit.Space())))
		}
	}
	return kit.Column(2, rows...)
}

// useOrg changes to the environment that was pasted.
func (z *wizard) useOrg(org string) {
	z.otherOrg = ""
	tenant, typed := z.tenant.Text, z.typed
	z.address.SetText(org)
	if z.found.Org == "" {
		return
	}
	z.c.Org, z.c.Tested = z.found.Org, ""
	z.tenant.Text, z.typed = tenant, typed
	z.keepDraft()
	z.discover()
	z.askSecret()
	z.redraw()
}

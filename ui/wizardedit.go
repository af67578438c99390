package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/project"
	"ferry/ui/kit"
)

// editCards are all fields of a connection on one page: the same as in the wizard.
func (z *wizard) editCards() []fyne.CanvasObject {
	if z.keeping != nil {
		return z.provingCards()
	}
	cards := []fyne.CanvasObject{}
	if z.valuesFault != nil {
		cards = append(cards, kit.FaultCard(z.valuesFault, z.valuesCalls()))
	}
	if !z.c.Practice {
		cards = append(cards, z.addressCard())
	}
	cards = append(cards, z.whoCard(), z.fieldsCard(false))
	if !z.c.Practice {
		cards = append(cards, z.advanced.card())
	}
	return cards
}

func (z *wizard) editActions(p *connections) []fyne.CanvasObject {
	if z.keeping != nil {
		return nil
	}
	save := kit.Primary(lang.L("Save and test"), z.saveEdit)
	save.Unless(z.lacks())
	p.primary = save
	return []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), z.leave), save}
}

// saveEdit keeps the address and the values and goes on to sign-in and test, as the wizard does.
func (z *wizard) saveEdit() {
	if z.c.Practice {
		z.toSignIn()
		return
	}
	if z.c.Org != z.found.Org {
		if strings.TrimSpace(z.tenant.Text) == z.c.Tenant {
			z.tenant.Text = "" // it is the other environment's; the new one says its own
		}
		z.c.Tested, z.c.Waiting = "", project.Waiting{}
	}
	z.c.Org, z.c.Name = z.found.Org, strings.TrimSpace(z.name.Text)
	if old, c := z.w.named(z.old), z.present(); old != nil && !signsInOtherwise(*old, c) && z.secret.Text == "" {
		z.w.keep(c, z.old)
		z.w.connections().wizard = nil
		z.w.open(placeConnection)
		z.w.test(c.Name)
		return
	}
	z.toSignIn()
}

package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/kit"
	"ferry/ui/look"
)

func (z *wizard) recognise() {
	z.found, z.addressFault = Address{}, nil
	text := strings.TrimSpace(z.address.Text)
	if text == "" {
		return
	}
	a, err := z.w.o.Engine.Recognise(text)
	if err != nil {
		z.addressFault = core.AsFault(err)
		return
	}
	z.found = a
	if !z.named {
		z.name.Text = z.w.freeName(a.Name, z.old)
		z.name.Refresh()
	}
}

// freeName makes a name that no other connection has; own is the one that may stay.
func (w *Window) freeName(name, own string) string {
	if name == "" {
		name = lang.L("Dynamics 365")
	}
	r := []rune(name)
	name = strings.ToUpper(string(r[:1])) + string(r[1:])
	free := name
	for n := 2; w.taken(free, own); n++ {
		free = name + " " + strconv.Itoa(n)
	}
	return free
}

func (w *Window) taken(name, own string) bool {
	if w.project == nil {
		return false
	}
	for _, c := range w.project.Connections {
		if c.Name == name && name != own {
			return true
		}
	}
	return false
}

func (z *wizard) addressCards(p *connections) []fyne.CanvasObject {
	card := z.addressCard()
	next := kit.Primary(lang.L("Continue"), z.toValues)
	next.Unless(z.lacks())
	p.primary = next
	return []fyne.CanvasObject{card}
}

func (z *wizard) addressCard() fyne.CanvasObject {
	parts := []fyne.CanvasObject{
		kit.Head(lang.L("Which environment?")),
		kit.QuietPara(lang.L("Open Dynamics 365 in your browser and paste what stands in its address bar, or paste a whole mail with all values. Ferry takes the part it needs.")),
		kit.Labeled(z.address.Label(), "", z.address),
	}
	switch {
	case z.addressFault != nil:
		parts = append(parts, kit.FaultCard(z.addressFault, kit.FaultCalls{Browse: z.w.browse}))
	case z.found.Org != "":
		parts = append(parts, z.foundParts()...)
	}
	if z.found.Org == "" && z.step == stepAddress {
		if found := z.foundNotes(); found != nil {
			parts = append(parts, found, kit.Hint("warn", lang.L("The address of the environment was not in it. Ask for it, or copy it from your browser."), look.Warned))
		}
	}
	if z.found.Org == "" {
		parts = append(parts, kit.Row(0, z.environmentsButton(), kit.Space()))
	}
	return kit.Card(kit.Column(12, parts...))
}

// foundParts say which environment was recognised, and ask what only a person knows of it.
func (z *wizard) foundParts() []fyne.CanvasObject {
	words := []string{}
	for _, s := range []string{z.found.Name, z.found.Region, z.found.Cloud} {
		if s != "" {
			words = append(words, s)
		}
	}
	if z.found.OnPrem {
		words = append(words, lang.L("not one of Microsoft's addresses, so one of your own servers"))
	}
	parts := []fyne.CanvasObject{kit.Column(3, kit.Hint("check", strings.Join(words, " · "), look.Passed),
		kit.Pad(0, 0, 0, 23, kit.NewElided(z.found.Org, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))}
	if z.found.Warning != "" {
		parts = append(parts, kit.Hint("warn", z.found.Warning, look.Warned))
	}
	if len(z.notes) > 0 && z.step == stepAddress {
		parts = append(parts, kit.Hint("check", lang.L("The other values of what you pasted are on the next page."), look.Passed))
	}
	kinds, chosen := []string{"test", "live"}, -1
	for i, k := range kinds {
		if z.c.Kind == k {
			chosen = i
		}
	}
	hint := lang.L("Until you say, Ferry counts it as live.")
	if z.c.Kind != "" {
		hint = lang.L("It is shown in this colour at the foot of the rail.")
	}
	return append(parts,
		kit.Labeled(z.name.Label(), lang.L("What you want to call this connection."), kit.AtMost(360, z.name)),
		kit.Labeled(lang.L("Do people work in it?"), hint, kit.Row(0, kit.Segments([]string{lang.L("No, a test"), lang.L("Yes, live")}, chosen, func(i int) {
			z.c.Kind = kinds[i]
			z.redraw()
		}), kit.Space())))
}

// lacks says why the present step cannot be left yet.
func (z *wizard) lacks() string {
	switch z.step {
	case stepAddress:
		return z.addressLacks()
	case stepValues:
		return z.valuesLack()
	case stepEdit:
		if reason := z.addressLacks(); reason != "" && !z.c.Practice {
			return reason
		}
		return z.valuesLack()
	}
	return ""
}

func (z *wizard) addressLacks() string {
	switch {
	case strings.TrimSpace(z.address.Text) == "":
		return lang.L("Paste the address first.")
	case z.found.Org == "":
		return lang.L("Ferry does not recognise this address.")
	}
	return z.nameLacks()
}

func (z *wizard) nameLacks() string {
	switch name := strings.TrimSpace(z.name.Text); {
	case name == "":
		return lang.L("Give the connection a name first.")
	case z.w.taken(name, z.old):
		return lang.L("Another connection has this name already.")
	}
	return ""
}

// toValues keeps the address and asks the environment who its tenant is.
func (z *wizard) toValues() {
	if z.c.Org != z.found.Org && z.c.Org != "" {
		z.typed = false
		z.tenant.Text = ""
		z.c.Tested = ""
	}
	z.c.Org, z.c.Name = z.found.Org, strings.TrimSpace(z.name.Text)
	if z.practice != "" {
		if z.c.Practice = z.practice == z.found.Org; z.c.Practice {
			z.c.Kind = "practice"
		}
	}
	z.w.keep(z.c, z.old)
	z.old = z.c.Name
	z.step = stepValues
	z.discover()
	z.askSecret()
	z.redraw()
	z.arrive()
}

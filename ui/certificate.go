package ui

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// certificatePart is where a certificate is chosen or made, and what is known of the one in use.
type certificatePart struct {
	w    *Window
	of   func() project.Connection
	keep func(project.CertificateFacts)
	draw func()

	password *kit.Entry
	file     string // chosen, not read yet
	cer      []byte // what is to be uploaded
	made     bool   // made here just now, so it must be uploaded
	scripted bool   // the script uploads it
	working  *task.Task
	fault    *core.Fault
	warning  *core.Fault
}

func newCertificatePart(w *Window, of func() project.Connection, keep func(project.CertificateFacts), draw func()) *certificatePart {
	p := &certificatePart{w: w, of: of, keep: keep, draw: draw}
	p.password = kit.NewSecretEntry(lang.L("Password of the file"))
	p.password.OnSubmitted = func(string) { p.read() }
	return p
}

// part draws it.
func (p *certificatePart) part() fyne.CanvasObject {
	facts := p.of().Certificate
	parts := []fyne.CanvasObject{kit.NewText(lang.L("Certificate"), kit.Style{Bold: true, Size: 13})}
	if facts.Thumbprint != "" {
		parts = append(parts, p.facts(facts)...)
	} else {
		parts = append(parts, kit.CaptionPara(lang.L("A file with certificate and key (PFX or PEM) that you were given, or one that Ferry makes: then the key never leaves this computer.")))
	}
	switch {
	case p.working != nil:
		parts = append(parts, kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Working on the certificate…")))))
	case p.file != "":
		parts = append(parts, p.fileParts()...)
	default:
		choose := kit.PlainIcon("folder", lang.L("Choose a file…"), p.choose)
		create := kit.PlainIcon("plus", lang.L("Make a certificate for me"), p.create)
		parts = append(parts, kit.Row(10, choose, create, kit.Space()))
	}
	if p.fault != nil {
		parts = append(parts, kit.FaultCard(p.fault, kit.FaultCalls{Browse: p.w.browse}))
	}
	if p.warning != nil {
		parts = append(parts, kit.WarningCard(p.warning, kit.FaultCalls{Browse: p.w.browse}))
	}
	return kit.Column(10, parts...)
}

// brief draws what is known of the certificate in use, without a way to another one.
func (p *certificatePart) brief() fyne.CanvasObject {
	facts := p.of().Certificate
	if facts.Thumbprint == "" {
		return p.part()
	}
	return kit.Column(10, append([]fyne.CanvasObject{kit.NewText(lang.L("Certificate"), kit.Style{Bold: true, Size: 13})}, p.facts(facts)...)...)
}

// facts are what is public of the certificate in use, and where it has to go.
func (p *certificatePart) facts(f project.CertificateFacts) []fyne.CanvasObject {
	words, ink, icon := endWords(f.Expires, p.w.o.Now())
	parts := []fyne.CanvasObject{kit.Facts(
		kit.Fact{Name: lang.L("Issued to"), Words: f.Subject},
		kit.Fact{Name: lang.L("Thumbprint"), Words: f.Thumbprint, Mono: true},
		kit.Fact{Name: lang.L("Life"), Object: kit.Hint(icon, words, ink)})}
	save := kit.Plain(lang.L("Save the .cer file…"), p.save)
	row := []fyne.CanvasObject{save}
	c := p.of()
	if l, ok := setup.LinkTo(setup.PageSecrets, setup.CloudOf(c.Org), c.Tenant, c.ClientID, c.Org); ok && !c.Practice {
		row = append(row, kit.LinkIcon("external", lang.L("Open the page"), func() { p.w.browse(l.URL) }))
	}
	about := lang.L("In the app registration: Certificates & secrets, Certificates, Upload certificate. The thumbprint shown there must be this one.")
	switch {
	case c.Practice:
		about = lang.L("The practice environment knows it already. Elsewhere you would now upload the .cer file to the app registration.")
	case p.scripted:
		about = lang.L("The script uploads it. The key stays on this computer.")
	case p.made:
		about = lang.L("Now save the .cer file and upload it. In the app registration: Certificates & secrets, Certificates, Upload certificate. The file holds no key.")
	}
	return append(parts, kit.CaptionPara(about), kit.Row(10, append(row, kit.Space())...))
}

func (p *certificatePart) fileParts() []fyne.CanvasObject {
	return []fyne.CanvasObject{
		kit.Row(8, kit.NewIcon("key", look.Quiet, 16), kit.Grow(kit.NewElided(filepath.Base(p.file), kit.Style{Bold: true}))),
		kit.Labeled(p.password.Label(), lang.L("Leave it empty when the file has none."), kit.Row(10, kit.Grow(p.password),
			kit.Plain(lang.L("Cancel"), func() { p.file = ""; p.draw() }), kit.Primary(lang.L("Use this file"), p.read))),
	}
}

func (p *certificatePart) choose() {
	p.w.pickOf(lang.L("Choose a file"), p.w.o.Documents, []string{".pfx", ".p12", ".pem"}, func(path string) {
		p.file, p.fault = path, nil
		p.draw()
		p.w.win.Canvas().Focus(p.password)
	})
}

type certificateResult struct {
	facts   project.CertificateFacts
	cer     []byte
	warning *core.Fault
}

// read keeps the chosen file's certificate and key, sealed.
func (p *certificatePart) read() {
	if p.file == "" || p.working != nil {
		return
	}
	path, password, c := p.file, core.NewSecret(p.password.Text), p.of()
	p.work(func(ctx context.Context) (r certificateResult, err error) {
		data, err := readSmall(path)
		if err != nil {
			return r, err
		}
		r.facts, r.warning, err = p.w.o.Engine.KeepCertificate(ctx, c, data, password)
		if err == nil {
			c.Certificate = r.facts
			r.cer, err = p.w.o.Engine.Certificate(ctx, c)
		}
		return r, err
	}, false)
}

// create makes a certificate.
func (p *certificatePart) create() {
	c := p.of()
	p.work(func(ctx context.Context) (r certificateResult, err error) {
		r.facts, r.cer, r.warning, err = p.w.o.Engine.MakeCertificate(ctx, c)
		return r, err
	}, true)
}

func (p *certificatePart) work(do func(context.Context) (certificateResult, error), made bool) {
	p.fault, p.warning = nil, nil
	p.working = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (certificateResult, error) {
		return do(ctx)
	}, nil, func(r certificateResult, err error) {
		p.working = nil
		if err != nil {
			p.fault = core.AsFault(err)
			p.draw()
			return
		}
		p.password.Text, p.file = "", ""
		p.cer, p.warning, p.made = r.cer, r.warning, made
		p.keep(r.facts)
		p.draw()
	})
	p.draw()
}

// save writes the .cer file.
func (p *certificatePart) save() {
	c := p.of()
	name := "ferry-" + strings.ToLower(first(c.Certificate.Thumbprint, 8)) + ".cer"
	if len(p.cer) > 0 {
		p.w.saveFile(name, p.cer)
		return
	}
	task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) ([]byte, error) {
		return p.w.o.Engine.Certificate(ctx, c)
	}, nil, func(cer []byte, err error) {
		if err != nil {
			p.w.tell(lang.L("The certificate could not be read"), err)
			return
		}
		p.cer = cer
		p.w.saveFile(name, cer)
	})
}

func first(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// readSmall reads a file that a person chose, but no large one.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var data []byte
		if data, err = io.ReadAll(io.LimitReader(f, 1<<20)); err == nil {
			return data, nil
		}
	}
	return nil, &core.Fault{Kind: core.Wrong, Code: "ui.unreadable-file", Owner: core.You, Err: err,
		Cause: lang.L("The file cannot be read."), Remedy: lang.L("Look whether it is still there and whether you may open it."), Subject: core.Subject{Value: path}}
}

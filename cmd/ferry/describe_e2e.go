//go:build e2e

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// describe writes what the window shows into the file that FERRY_DESCRIBE names, again and again: every text with its
// place. The end-to-end test finds by it what a person finds by looking. It is built with the tag e2e only.
func describe(a fyne.App) {
	path := os.Getenv("FERRY_DESCRIBE")
	if path == "" {
		return
	}
	if beats := os.Getenv("FERRY_HEARTBEAT"); beats != "" {
		go beat(beats)
	}
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			if _, err := os.Stat(path + ".rest"); err == nil {
				continue // what is measured is the window alone
			}
			if _, err := os.Stat(path + ".drawn"); err == nil {
				draw(a)
				<-time.After(200 * time.Millisecond) // with the tick about a quarter of a second: as often as news come at most
				continue
			}
			var seen []shown
			fyne.DoAndWait(func() {
				windows := a.Driver().AllWindows()
				if len(windows) == 0 {
					return
				}
				w := windows[0]
				size := w.Canvas().Size()
				full := clip{0, 0, size.Width, size.Height}
				for layer, o := range append([]fyne.CanvasObject{w.Content()}, w.Canvas().Overlays().List()...) {
					from := len(seen)
					seen = look(o, full, seen)
					for i := range seen[from:] {
						seen[from+i].Layer = layer
					}
				}
			})
			text, err := json.Marshal(seen)
			if err == nil && os.WriteFile(path+".new", text, 0o600) == nil {
				os.Rename(path+".new", path)
			}
		}
	}()
}

// draw has the window drawn once, as news have it drawn, with a text in it that changed.
func draw(a fyne.App) {
	fyne.DoAndWait(func() {
		for _, w := range a.Driver().AllWindows() {
			if text := firstText(w.Content()); text != nil {
				text.Refresh()
			}
		}
	})
}

func firstText(o fyne.CanvasObject) *canvas.Text {
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *canvas.Text:
		return o
	case *fyne.Container:
		children = o.Objects
	case *container.Scroll:
		children = []fyne.CanvasObject{o.Content}
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, child := range children {
		if text := firstText(child); child.Visible() && text != nil {
			return text
		}
	}
	return nil
}

// beat sends something through the window's queue every 50 milliseconds, and notes when, and how long it took until it was its
// turn, both in nanoseconds.
func beat(path string) {
	f, err := os.Create(path)
	if err != nil {
		return
	}
	for range time.Tick(50 * time.Millisecond) {
		sent := time.Now()
		fyne.Do(func() { fmt.Fprintln(f, sent.UnixNano(), time.Since(sent).Nanoseconds()) })
	}
}

// shown is one text on the screen.
type shown struct {
	Text       string
	X, Y, W, H float32
	Layer      int // 0 is the page; each sheet lies over those before it
}

type clip struct{ left, top, right, bottom float32 }

func look(o fyne.CanvasObject, c clip, seen []shown) []shown {
	if o == nil || !o.Visible() {
		return seen
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	switch o := o.(type) {
	case *canvas.Text:
		s := shown{Text: o.Text, X: at.X, Y: at.Y, W: o.Size().Width, H: o.Size().Height}
		middle := s.Y + s.H/2
		if o.Text != "" && s.X < c.right && s.X+s.W > c.left && middle > c.top && middle < c.bottom {
			seen = append(seen, s)
		}
	case *fyne.Container:
		for _, child := range o.Objects {
			seen = look(child, c, seen)
		}
	case *container.Scroll:
		c = clip{max(c.left, at.X), max(c.top, at.Y), min(c.right, at.X+o.Size().Width), min(c.bottom, at.Y+o.Size().Height)}
		seen = look(o.Content, c, seen)
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			seen = look(child, c, seen)
		}
	}
	return seen
}

package uitest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"ferry/core"
	"ferry/ui"
	"ferry/ui/kit"
)

// Stage is a window under test. What work tells waits in a queue until the test drains it, so the test's goroutine
// is the window's.
type Stage struct {
	T      testing.TB
	App    fyne.App
	Window *ui.Window
	Win    fyne.Window
	Engine *Engine

	mu    sync.Mutex
	queue []func()
	woken chan struct{}
}

// Open opens a window over an Engine. change may adapt the options.
func Open(t testing.TB, e *Engine, change func(*ui.Options)) *Stage {
	t.Helper()
	return OpenIn(t, e, "light", change)
}

// OpenIn is Open in light or in dark.
func OpenIn(t testing.TB, e *Engine, mode string, change func(*ui.Options)) *Stage {
	t.Helper()
	s := &Stage{T: t, App: test.NewTempApp(t), Engine: e, woken: make(chan struct{}, 1)}
	o := ui.Options{Version: "1.0.0", Engine: e, Documents: "/home/ada/Documents/Ferry", Data: "/home/ada/.config/ferry",
		Destinations: []core.Driver[core.Destination]{SQLite()}, Post: s.post, Now: Now}
	if change != nil {
		change(&o)
	}
	s.App.Preferences().SetString("theme", mode)
	s.Window = ui.New(s.App, o)
	s.Window.Show()
	for _, w := range s.App.Driver().AllWindows() {
		s.Win = w
	}
	t.Cleanup(func() {
		ended := false
		s.Window.Finish(func() { ended = true })
		s.Until(func() bool { return ended })
	})
	return s
}

func (s *Stage) post(f func()) {
	s.mu.Lock()
	s.queue = append(s.queue, f)
	s.mu.Unlock()
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// Drain runs what waits in the queue.
func (s *Stage) Drain() {
	for {
		s.mu.Lock()
		queue := s.queue
		s.queue = nil
		s.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, f := range queue {
			f()
		}
	}
}

// Until drains the queue until something is true; it fails the test when it never comes, which no slow computer is taken for.
func (s *Stage) Until(true func() bool) {
	s.T.Helper()
	late := time.After(3 * time.Minute)
	for {
		s.Drain()
		if true() {
			return
		}
		select {
		case <-s.woken:
		case <-late:
			s.T.Fatalf("did not come; the window says:\n%s", strings.Join(s.Words(), "\n"))
		}
	}
}

// Sees waits until the window shows words.
func (s *Stage) Sees(words string) {
	s.T.Helper()
	s.Until(func() bool { return strings.Contains(strings.Join(s.Words(), "\n"), words) })
}

// SeesNot checks that the window does not show words.
func (s *Stage) SeesNot(words string) {
	s.T.Helper()
	s.Drain()
	if strings.Contains(strings.Join(s.Words(), "\n"), words) {
		s.T.Fatalf("the window says %q:\n%s", words, strings.Join(s.Words(), "\n"))
	}
}

// top is what can be reached: the sheet on top, or the page.
func (s *Stage) top() fyne.CanvasObject {
	if o := s.Win.Canvas().Overlays().Top(); o != nil {
		return o
	}
	return s.Win.Canvas().Content()
}

// worded is anything with a label.
type worded interface {
	fyne.CanvasObject
	Words() string
}

// Words are all texts that can be seen now.
func (s *Stage) Words() []string {
	var words []string
	Walk(s.top(), func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *kit.Button, *kit.RailItem, *kit.Choice:
			return // their label is a Text of its own
		case worded:
			words = append(words, o.Words())
		case *kit.Entry:
			if !o.Password {
				words = append(words, o.Text, o.PlaceHolder)
			}
		}
	})
	return words
}

// Find returns what can be tapped under a label: a button, a rail item, a choice.
func (s *Stage) Find(label string) fyne.Tappable {
	var found fyne.Tappable
	Walk(s.top(), func(o fyne.CanvasObject) {
		if w, ok := o.(worded); ok && found == nil && w.Words() == label {
			if t, ok := o.(fyne.Tappable); ok {
				found = t
			}
		}
	})
	return found
}

// Tap waits for a button that is on and taps it, as a person would.
func (s *Stage) Tap(label string) {
	s.T.Helper()
	s.Until(func() bool {
		t := s.Find(label)
		d, ok := t.(fyne.Disableable)
		return t != nil && !(ok && d.Disabled())
	})
	test.Tap(s.Find(label))
	s.Drain()
}

// Why returns why a button is off, "" when it is on.
func (s *Stage) Why(label string) string {
	s.T.Helper()
	s.Until(func() bool { return s.Find(label) != nil })
	return s.Find(label).(interface{ Why() string }).Why()
}

// Field returns the field under a label.
func (s *Stage) Field(label string) *kit.Entry {
	s.T.Helper()
	var found *kit.Entry
	s.Until(func() bool {
		Walk(s.top(), func(o fyne.CanvasObject) {
			if e, ok := o.(*kit.Entry); ok && e.Label() == label {
				found = e
			}
		})
		return found != nil
	})
	return found
}

// Pick chooses what a search in a sheet finds first.
func (s *Stage) Pick(words string) {
	s.T.Helper()
	s.Type("Search", words)
	s.Press(fyne.KeyReturn)
}

// Type replaces what stands in a field.
func (s *Stage) Type(label, text string) {
	s.T.Helper()
	f := s.Field(label)
	f.SetText("")
	test.Type(f, text)
	s.Drain()
}

// Paste pastes a text into a field, as a person would.
func (s *Stage) Paste(label, text string) {
	s.T.Helper()
	f := s.Field(label)
	s.App.Clipboard().SetContent(text)
	f.TypedShortcut(&fyne.ShortcutPaste{Clipboard: s.App.Clipboard()})
	s.Drain()
}

// Press presses a key where the focus is, or on the window.
func (s *Stage) Press(key fyne.KeyName) {
	if f := s.Win.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: key})
	} else {
		s.Win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: key})
	}
	s.Drain()
}

// Walk visits every object that can be seen.
func Walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			Walk(child, visit)
		}
	case *container.Scroll:
		Walk(o.Content, visit)
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			Walk(child, visit)
		}
	}
}

// TapRow taps the row of a list in which words stand.
func (s *Stage) TapRow(words string) {
	s.T.Helper()
	var row *kit.Pick
	s.Until(func() bool {
		Walk(s.top(), func(o fyne.CanvasObject) {
			p, ok := o.(*kit.Pick)
			if !ok {
				return
			}
			Walk(p, func(o fyne.CanvasObject) {
				if w, ok := o.(worded); ok && w.Words() == words {
					row = p
				}
			})
		})
		return row != nil
	})
	test.Tap(row)
	s.Drain()
}

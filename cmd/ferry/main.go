// Ferry is the window. main builds everything by hand and starts it.
package main

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"fyne.io/fyne/v2/app"
	"github.com/pkg/browser"

	"ferry/cmd/internal/wiring"
	"ferry/core/keychain"
	"ferry/core/project"
	"ferry/core/sqlitefile"
	"ferry/ui"
)

const version = "0.1.0"

func main() {
	standAside()
	runtime.GOMAXPROCS(runtime.NumCPU() + 1) // what draws comes back from C to a place of its own, however much is imported
	sqlitefile.OneBlock()                    // before the first file: a destination's cache and a journal's then share it without driving out each other
	data := flag.String("data", "", "folder of journal and state (default: the user's own)")
	file := flag.String("project", "", "project file to open")
	practise := flag.Bool("practice", false, "open with the practice environment")
	flag.Parse()

	browser.Stdout, browser.Stderr = io.Discard, io.Discard // a browser's noise may hold the address of a sign-in
	log := logger()
	ctx := context.Background()
	folder := *data
	if folder == "" {
		folder = dataFolder()
	}
	prepareCache()

	store, warning := keychain.Open(ctx, keychain.Options{Log: log})
	computer := &wiring.Computer{Data: folder, Store: store, Open: browser.OpenURL, Log: log}
	engine := NewEngine(ctx, computer, warning)
	defer engine.Close()
	tidying, stop := context.WithCancel(ctx)
	defer stop()
	go engine.tidy(tidying)

	p, err := project.Read(lastProject(computer))
	if err != nil {
		log.Info("no project was opened", "why", err)
		p = nil
	}
	if p != nil {
		engine.Speak(p)
	}

	a := app.NewWithID("app.ferry.desktop")
	w := ui.New(a, ui.Options{
		Version: version, Engine: engine, Project: p, Destinations: wiring.Destinations(folder, log), Documents: documents(), Data: folder, Practise: *practise, Given: *file,
	})
	w.Show()
	describe(a)
	a.Run()
}

func logger() *slog.Logger {
	level := slog.LevelError
	if os.Getenv("FERRY_LOG") == "debug" {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// dataFolder is the user's own folder for Ferry; without one, a folder beside the program's working directory.
func dataFolder() string {
	base, err := os.UserConfigDir()
	if err != nil {
		return "ferry-data"
	}
	return filepath.Join(base, "Ferry")
}

// documents is where destination files are offered.
func documents() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	return filepath.Join(home, "Documents", "Ferry")
}

// prepareCache makes the user's cache folder: Fyne makes only the last part of its own.
func prepareCache() {
	if base, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(base, 0o700) // without it, Fyne says so itself and goes on
	}
}

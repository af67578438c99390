package wiring

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/project"
)

// Receive reads a project from a file that may be anybody's, and does nothing else. What it holds that must not be taken
// over is left out; said tells that, and what a person should know before anything of it is used. The destination is kept
// where it lies in the file's own folder, or where the person of this computer chose it before for this project; own is
// the project file of this computer itself.
func (c *Computer) Receive(drivers []core.Driver[core.Destination], path string, own bool) (p *project.Project, said []*core.Fault, err error) {
	if p, err = project.Read(path); err != nil {
		return nil, nil, err
	}
	said = p.Received()
	if p.Destination == nil {
		return p, said, nil
	}
	if f := place(drivers, path, p.Destination, own || c.chosen(p)); f != nil {
		f.Cause = "The destination was left out. " + f.Cause
		p.Destination, said = nil, append(said, f)
	}
	return p, said, nil
}

// place makes the paths of a destination whole; a Fault says why it cannot be taken over.
func place(drivers []core.Driver[core.Destination], path string, d *project.Destination, own bool) *core.Fault {
	i := slices.IndexFunc(drivers, func(driver core.Driver[core.Destination]) bool { return driver.Name == d.Driver })
	if i < 0 {
		return &core.Fault{Kind: core.Wrong, Code: "ferry.no-such-destination", Owner: core.You,
			Cause: "This Ferry knows no destination of that kind.", Remedy: "Install the newest Ferry, or choose another destination."}
	}
	for name, value := range d.Settings {
		whole, err := value, error(nil)
		if kind := kindOf(drivers[i], name); kind == core.SettingFile || kind == core.SettingFolder {
			whole, err = project.Place(path, value, own)
		} else if core.Marked(value) != value {
			err = &core.Fault{Kind: core.Wrong, Code: "ferry.hidden-signs", Owner: core.You,
				Cause: "One of its settings has signs in it that are not seen.", Remedy: "Choose the destination yourself."}
		}
		if err != nil {
			f := *core.AsFault(err)
			return &f
		}
		d.Settings[name] = whole
	}
	return nil
}

func kindOf(d core.Driver[core.Destination], setting string) core.SettingKind {
	for _, s := range d.Settings {
		if s.Name == setting {
			return s.Kind
		}
	}
	return core.SettingText
}

// mostChosen is how many destinations are remembered.
const mostChosen = 1000

// Chose remembers that the person of this computer has this destination in this project. What is kept are digests: no name,
// no path. That it cannot be kept is no fault: Ferry then asks for the destination again.
func (c *Computer) Chose(p *project.Project) {
	digest, all := choice(p), c.allChosen()
	if digest == "" || slices.Contains(all, digest) {
		return
	}
	all = append([]string{digest}, all...)
	text, err := json.Marshal(all[:min(len(all), mostChosen)])
	if err == nil {
		err = SaveFile(c.chosenFile(), text)
	}
	if err != nil && c.Log != nil {
		c.Log.Warn("the chosen destination was not remembered", "code", core.AsFault(err).Code)
	}
}

func (c *Computer) chosen(p *project.Project) bool {
	return slices.Contains(c.allChosen(), choice(p))
}

func (c *Computer) chosenFile() string { return filepath.Join(c.Data, "chosen.json") }

// allChosen are the digests that are kept. A file that cannot be read remembers nothing.
func (c *Computer) allChosen() (all []string) {
	if info, err := os.Stat(c.chosenFile()); err != nil || info.Size() > 1<<20 {
		return nil
	}
	text, err := os.ReadFile(c.chosenFile())
	if err != nil || json.Unmarshal(text, &all) != nil {
		return nil
	}
	return all
}

// choice is a digest of a project's destination; "" when it has none.
func choice(p *project.Project) string {
	if p.Destination == nil {
		return ""
	}
	parts := []string{p.ID, p.Destination.Driver}
	for name, value := range p.Destination.Settings {
		parts = append(parts, name+"="+value)
	}
	slices.Sort(parts[2:])
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

package project

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"ferry/core"
)

// Extension is how the name of a project file ends.
const Extension = ".ferry"

// largest is how many bytes a project file may have. Five hundred mappings of five hundred fields fit ten times.
const largest = 16 << 20

// New makes an empty project with a random ID.
func New(name string) *Project {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil { // never happens: crypto/rand ends the program first
		panic(err)
	}
	return &Project{Version: 1, ID: hex.EncodeToString(id), Name: name, Tables: []string{"account", "contact"}}
}

// Current returns the connection in use, or nil.
func (p *Project) Current() *Connection {
	for i := range p.Connections {
		if p.Connections[i].Name == p.Connection {
			return &p.Connections[i]
		}
	}
	return nil
}

// Remove forgets a connection. When it was in use, the first of the others is.
func (p *Project) Remove(name string) {
	kept := p.Connections[:0:0]
	for _, c := range p.Connections {
		if c.Name != name {
			kept = append(kept, c)
		}
	}
	p.Connections = kept
	if p.Connection == name {
		p.Connection = ""
		if len(kept) > 0 {
			p.Connection = kept[0].Name
		}
	}
}

// Read reads a project file. It does nothing else: no network, no keychain, no other file.
func Read(path string) (*Project, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(text) > largest {
		return nil, tooMuch("more than 16 MB", path)
	}
	return parse(path, text)
}

func parse(path string, text []byte) (*Project, error) {
	if !shallow(text) {
		return nil, tooMuch("more levels within each other than Ferry makes", path)
	}
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &head); err != nil || head.Version < 1 {
		return nil, notAProject(path)
	}
	if head.Version > Version {
		return nil, newer(path)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	p := new(Project)
	if err := d.Decode(p); err != nil || d.More() {
		return nil, notAProject(path)
	}
	if _, err := hex.DecodeString(p.ID); err != nil || len(p.ID) != 32 {
		return nil, notAProject(path) // the ID names a folder: nothing else may stand there
	}
	err := p.check()
	if err == nil {
		err = names(p.Mappings)
	}
	for _, l := range p.Aside {
		if err == nil {
			err = names(l.Mappings)
		}
	}
	if err != nil {
		f := *core.AsFault(err)
		f.Subject.Value = path
		return nil, &f
	}
	return p, nil
}

// check refuses a password in an address, and what no Ferry makes.
func (p *Project) check() error {
	if err := p.measure(); err != nil {
		return err
	}
	for _, c := range p.Connections {
		for _, address := range []string{c.Org, c.Redirect} {
			if u, err := url.Parse(address); address != "" && (err != nil && !foreign(address) || err == nil && u.User != nil) {
				return secretInside("the connection " + c.Name)
			}
			if asked, strange := strangeHost(address); strange {
				return foreignLetters(asked)
			}
		}
	}
	if p.Destination != nil {
		for name, value := range p.Destination.Settings {
			if passwordIn(value) {
				return secretInside("the setting " + name + " of the destination")
			}
		}
	}
	return nil
}

// passwordIn reports whether an address holds a password, also one that cannot be read otherwise or has no scheme:
// user:password@host, ?password=…
func passwordIn(address string) bool {
	if u, err := url.Parse(address); err == nil && (u.Query().Has("password") || u.Query().Has("sslpassword")) {
		return true
	}
	_, rest, whole := strings.Cut(address, "//")
	if !whole {
		rest, _, _ = strings.Cut(address, "/")
		rest, _, _ = strings.Cut(rest, `\`) // C:\… is a file
	}
	at := strings.LastIndex(rest, "@")
	return at >= 0 && strings.Contains(rest[:at], ":")
}

// Write writes the project beside the old file and puts it into its place only when it is complete.
func (p *Project) Write(path string) error {
	if !strings.EqualFold(filepath.Ext(path), Extension) {
		path += Extension
	}
	if err := p.check(); err != nil {
		return err
	}
	p.Version = p.needs()
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return unwritable(path, err)
	}
	if len(text) >= largest || !shallow(text) {
		return tooMuch("more than Ferry could read again", path)
	}
	if err := replace(path, append(text, '\n')); err != nil {
		return unwritable(path, err)
	}
	return nil
}

func unreadable(path string, err error) *core.Fault {
	f := &core.Fault{
		Kind: core.Wrong, Code: "project.unreadable", Owner: core.You, Err: err,
		Cause:  "The project file cannot be read.",
		Remedy: "Look whether the file is still there and whether you may open it.",
	}
	if errors.Is(err, fs.ErrNotExist) {
		f.Code, f.Cause = "project.missing", "There is no project file of that name."
		f.Remedy = "Look whether the name is right, or choose the file again."
	}
	f.Subject.Value = path
	return f
}

func unwritable(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.unwritable", Owner: core.You, Err: err,
		Cause:   "The project file cannot be saved there. The file as it was is untouched.",
		Remedy:  "Choose a folder in which you may write and that has space left.",
		Subject: core.Subject{Value: path},
	}
}

func notAProject(path string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.not-a-project", Owner: core.You,
		Cause:   "This file is not a Ferry project, or it was damaged.",
		Remedy:  "Choose a file that ends in .ferry, or ask for it once more.",
		Subject: core.Subject{Value: path},
	}
}

// tooMuch says that a file holds more than any project needs.
func tooMuch(what, path string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.too-much", Owner: core.You,
		Cause:   "This project holds " + what + ".",
		Remedy:  "Ask whoever made the file for it once more. If you made it, divide it into several projects.",
		Subject: core.Subject{Value: path},
	}
}

// twice says that two mappings have one id.
func twice(id string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.same-id", Owner: core.You,
		Cause:   "Two mappings of this project have the same id, so Ferry could not tell their records apart.",
		Remedy:  "Ask whoever made the file for it once more, or give one of the two mappings another id in it.",
		Subject: core.Subject{Field: id},
	}
}

// incomplete says that a mapping has no id or no table.
func incomplete() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.mapping-incomplete", Owner: core.You,
		Cause:  "A mapping of this project has no id, no table, or a number in it that cannot be meant.",
		Remedy: "Ask whoever made the file for it once more.",
	}
}

func newer(path string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.newer", Owner: core.You,
		Cause:   "This project was saved by a newer Ferry.",
		Remedy:  "Install the newest Ferry and open the file again. The file was not changed.",
		Subject: core.Subject{Value: path},
	}
}

func secretInside(where string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.secret-inside", Owner: core.You,
		Cause:  "A password stands in an address: " + where + ".",
		Remedy: "Take the password out of the address. Ferry asks for it and keeps it in the keychain.",
	}
}

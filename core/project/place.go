package project

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"ferry/core"
)

// Place is where a path of a project file leads. file is the project file. A relative path is meant from its folder, and
// must not lead out of it, not by links either. own tells that the person of this computer chose the path: then it may be
// anywhere. A path that is none, or of another computer, is a Fault: opening it alone could send a password there.
func Place(file, path string, own bool) (string, error) {
	plain := strings.ReplaceAll(path, `\`, "/")
	switch {
	case path == "":
		return "", nil
	case strings.ContainsFunc(path, unseen):
		return "", oddPath(path)
	case own && filepath.IsAbs(path):
		return path, nil
	case strings.HasPrefix(plain, "//"), drive.MatchString(plain), strings.HasPrefix(plain, "/"), strings.HasPrefix(plain, "~"):
		return "", foreignPath(path)
	case device(plain):
		return "", oddPath(path)
	case !filepath.IsLocal(filepath.FromSlash(plain)):
		return "", foreignPath(path)
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return "", oddPath(path)
	}
	whole := filepath.Join(folder, filepath.FromSlash(plain))
	if !within(folder, whole) {
		return "", foreignPath(path)
	}
	return whole, nil
}

// within reports whether a path stays in a folder when its links are followed, as far as it exists.
func within(folder, path string) bool {
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return true // there is no such folder yet, so no links in it
	}
	for at := path; len(at) >= len(folder); at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err != nil {
			if link(at) {
				return false // it leads to something that is not there
			}
			continue
		}
		rel, err := filepath.Rel(root, real)
		return err == nil && filepath.IsLocal(rel)
	}
	return true
}

// drive is a letter of Windows, with or without a path from its top.
var drive = regexp.MustCompile(`^[A-Za-z]:`)

// devices are names that Windows takes for devices in every folder, whatever follows a dot.
var devices = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)( *\..*| *)$`)

// device reports whether a part of a path names a device, or a second stream of a file.
func device(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if devices.MatchString(part) || strings.ContainsRune(part, ':') {
			return true
		}
	}
	return false
}

// unseen reports whether a sign is not seen, or changes how others are.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar
}

func foreignPath(path string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.foreign-path", Owner: core.You,
		Cause:   "The project names a file outside of its own folder. Somebody else may have chosen that.",
		Remedy:  "Choose the file yourself.",
		Subject: core.Subject{Value: shown(path)},
	}
}

func oddPath(path string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.odd-path", Owner: core.You,
		Cause:   "The project names a file in a way that cannot be meant: a device, or signs that are not seen.",
		Remedy:  "Choose the file yourself.",
		Subject: core.Subject{Value: shown(path)},
	}
}

// shown is a text without what is not seen.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			return '·'
		}
		return r
	}, text)
}

// link reports whether a path is itself a link.
func link(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

// Package assets holds what Ferry shows but does not compute: its mark, its icons, its texts and the names of the
// works of others that it is built on.
package assets

import "embed"

// Icon is the picture of the program, 512 pixels wide.
//
//go:embed icon.png
var Icon []byte

// Mark is the boat alone. Its colours are the words sailColor and hullColor.
//
//go:embed mark.svg
var Mark string

// Icons are line drawings in icons/NAME.svg; their colour is the word currentColor.
//
//go:embed icons/*.svg
var Icons embed.FS

// Translations holds the window's texts, one JSON file for each language.
//
//go:embed translations/*.json
var Translations embed.FS

// Licences names the works of others in Ferry, one on a line: name, tab, licence.
//
//go:embed licences.txt
var Licences string

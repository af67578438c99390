package transform

import (
	"crypto/sha256"
	"encoding/hex"

	"ferry/core"
)

func hash() *Transform {
	return &Transform{
		Name: "hash", Title: "Fingerprint", Group: AnyValue, Takes: Every, Gives: texts,
		Summary: "Replaces a value by its SHA-256 fingerprint: equal values stay equal, the value itself cannot be read. Short values such as phone numbers can be found by trying; this hides them from a glance, it does not protect them.",
		Params: []Param{
			{Name: "salt", Title: "Mixed in", Kind: ParamText, Help: "A text that is put before the value, so that the fingerprint differs from the one that others make. It is saved in the project and is no secret."},
			{Name: "length", Title: "Length", Kind: ParamNumber, Default: "64", Min: 8, Max: 64, Help: "So many of its 64 signs. Fewer signs make it likelier that two values look the same."},
		},
		Examples: []Example{
			{In: core.Text("anna@contoso.com"), Params: map[string]string{"length": "16"}, Out: core.Text("68c766dd3a6de79b"), Why: "The first 16 signs."},
			{In: core.Text(""), Params: map[string]string{"length": "8"}, Out: core.Text("e3b0c442"), Why: "An empty text is a text and has a fingerprint."},
			{In: core.Null(), Out: core.Null(), Why: "Empty stays empty."},
		},
		make: func(b *build) Func {
			salt, length := b.text("salt"), b.number("length")
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				sum := sha256.Sum256([]byte(salt + v.Canonical()))
				return core.Text(hex.EncodeToString(sum[:])[:length]), nil
			}
		},
	}
}

package halo

import (
	"math/big"
	"strconv"
	"strings"

	"ferry/core"
)

// Halo holds numbers in text fields that take nothing else: whole numbers, money, decimals. Which number of an input type means
// which nobody has written down; those here are in the order of Halo's own list, and the setting “input-types” overrides them.
// So a text field is never taken for a number alone, and where Halo takes no such field an ordinary one is made.
func usualInputs() map[int64]core.FieldType {
	return map[int64]core.FieldType{1: core.TypeInteger, 2: core.TypeMoney, 3: core.TypeDecimal}
}

var inputNames = map[string]core.FieldType{"integer": core.TypeInteger, "money": core.TypeMoney, "decimal": core.TypeDecimal}

// parseInputs reads the setting: 1=integer, 2=money, 3=decimal. A kind that it names has no other number, and 0 is that of
// ordinary text.
func parseInputs(text string) (map[int64]core.FieldType, error) {
	inputs := usualInputs()
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		number, name, ok := strings.Cut(part, "=")
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		kind, known := inputNames[strings.ToLower(strings.TrimSpace(name))]
		if !ok || err != nil || n < 0 || !known {
			return nil, badInputs()
		}
		for had, k := range inputs {
			if k == kind {
				delete(inputs, had)
			}
		}
		inputs[n] = kind
	}
	delete(inputs, 0) // takes anything
	return inputs, nil
}

// inputOf is the number of the input type for what a field of Dynamics holds; 0 takes anything.
func inputOf(inputs map[int64]core.FieldType, holds core.FieldType) int64 {
	switch holds {
	case core.TypeBigInt:
		holds = core.TypeInteger
	case core.TypeDouble:
		holds = core.TypeDecimal
	}
	for n, kind := range inputs {
		if kind == holds {
			return n
		}
	}
	return 0
}

// short is a number without the noughts at its end: 12.5 of 12.5000. What is no number stays.
func short(text string) string {
	text = strings.TrimSpace(text)
	if _, ok := numberIn(text); !ok || !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func numberIn(text string) (*big.Rat, bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 60 || strings.Trim(text, "0123456789.-+") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// sameNumber reports whether two texts are the same number, however they are written.
func sameNumber(a, b string) bool {
	x, okX := numberIn(a)
	y, okY := numberIn(b)
	return okX && okY && x.Cmp(y) == 0
}

// numeric reports whether a field is a text that takes nothing but numbers.
func (f *field) numeric() bool { return f.def != nil && f.def.numeric }

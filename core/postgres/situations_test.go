//go:build postgres && !windows

package postgres

import "testing"

func situations(b *bench) map[string]func(*testing.T) { return nil }

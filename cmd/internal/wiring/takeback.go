package wiring

import (
	"context"
	"path/filepath"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/keychain"
)

// SealName is where the key lies that seals what a project's imports replace.
func (c *Computer) SealName(projectID string) keychain.Name {
	folder := c.Data
	if whole, err := filepath.Abs(folder); err == nil {
		folder = whole
	}
	return keychain.Name{Kind: "before-images", ClientID: projectID, Environment: folder}
}

// Seal opens what seals the things that a project's imports replace. nil when there is no keychain at all, or the Fault that
// says why the keychain cannot be used: imports cannot be taken back then. Without a lasting keychain they can until the
// process ends.
func (c *Computer) Seal(ctx context.Context, projectID string) (importer.Seal, *core.Fault) {
	if c.Store == nil {
		return nil, nil
	}
	box, err := keychain.OpenBox(ctx, c.Store, c.SealName(projectID))
	if err != nil {
		return nil, core.AsFault(err)
	}
	return box, nil
}

// TakeBack makes the job of taking an import back. Nothing is asked of the source.
func (c *Computer) TakeBack(to core.Destination, place string, j importer.Journal, seal importer.Seal) importer.Job {
	return importer.Job{Place: place, Destination: to, Journal: j, Seal: seal, KeepFor: c.KeepFor(), Wait: c.wait(), Now: c.now, Log: c.Log}
}

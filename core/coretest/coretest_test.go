package coretest

import (
	"sync"
	"testing"

	"ferry/core"
)

func TestEveryDoubleOfADestinationPassesTheSuite(t *testing.T) {
	for name, o := range map[string]StoreOptions{
		"all powers":  {},
		"not settler": {NotSettler: true},
		"own ids":     {AssignsIDs: true},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			stores := map[core.Destination]*Store{}
			open := func(s *Store) core.Destination {
				mu.Lock()
				defer mu.Unlock()
				d := s.Open()
				stores[d] = s
				return d
			}
			Destination(t, Place{
				New:    func(*testing.T) core.Destination { return open(NewStore(o)) },
				Reopen: func(_ *testing.T, d core.Destination) core.Destination { _ = d.Close(); return open(stores[d]) },
				Spoil: func(_ *testing.T, d core.Destination, _ core.Plan, keys ...string) {
					stores[d].Spoil(keys...)
				},
			})
		})
	}
}

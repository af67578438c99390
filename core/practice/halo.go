package practice

import (
	"net/http"
	"strings"

	"ferry/core/practice/halo"
)

// What opens the practice Halo.
const (
	HaloTenant   = "practice"
	HaloClientID = "4e1d7c3a-92b5-4f60-a8d7-5c6b7a8f9e01"
	HaloSecret   = "practice~Halo.5Tr8wL2-9c4e1b7a"
)

// newHalo makes the practice Halo behind a door.
func (e *Environment) newHalo(o Options, d *door) http.Handler {
	e.HaloAddress = d.address("https")
	e.Halo = halo.New(halo.Options{
		Address: e.HaloAddress, Elsewhere: strings.Replace(e.HaloAddress, "localhost", "127.0.0.1", 1),
		Tenant: HaloTenant, ClientID: HaloClientID, Secret: HaloSecret, Settings: o.Halo, Seed: e.acquainted(), Now: o.Now,
	})
	return e.Halo
}

// acquainted is a Halo in which some of the organisation's companies and people are already, so that matching has
// something to find: some once, some twice, some inactive, some of nobody's.
func (e *Environment) acquainted() halo.Seed {
	return halo.Seed{}
}

package practice

import "crypto/tls"

// Show lets Dynamics show another certificate to every connection that is made from now on.
func (e *Environment) Show(t Trust) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.trust = t
}

func (e *Environment) shown() *tls.Certificate {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.trusts[e.trust]; c != nil {
		return c
	}
	return e.trusts[Trusted]
}

// GatewayCA is the authority of the certificate Inspected, as PEM: who is handed it trusts the gateway.
func (e *Environment) GatewayCA() []byte { return e.issuer.gateway }

// Shut lets nobody listen at Dynamics' port any more, until Reopen.
func (e *Environment) Shut() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || e.shut {
		return
	}
	e.shut = true
	e.doors[0].shut()
}

// Reopen lets Dynamics listen again.
func (e *Environment) Reopen() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || !e.shut {
		return nil
	}
	e.shut = false
	if e.doors[0].gone > 0 {
		return nil // it comes back with all else
	}
	return e.doors[0].reopen()
}

package rest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// The gate and the slots: how many requests are on their way, and since when none may start.

const (
	slotsAtFirst = 4  // as long as the service has said nothing
	slotsAtMost  = 52 // Dataverse: "Service protection API limits": concurrent requests of one user
)

// slots are how many requests may be on their way at once: as many as somebody chose, else as many as the service likes. A
// service that says that it is too much gets half as many; each round of good answers adds one again.
type slots struct {
	mu     sync.Mutex
	chosen bool
	most   int
	now    int
	used   int
	good   int           // answers since now changed
	epoch  int           // how often it was halved
	freed  chan struct{} // closed when there may be room
}

func newSlots(chosen int) *slots {
	n := chosen
	if n <= 0 {
		n = slotsAtFirst
	}
	return &slots{chosen: chosen > 0, most: n, now: n, freed: make(chan struct{})}
}

// take takes a slot; without one, freed is closed when trying again may help.
func (s *slots) take() (epoch int, ok bool, freed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used >= s.now {
		return 0, false, s.freed
	}
	s.used++
	return s.epoch, true, nil
}

func (s *slots) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	s.stir()
}

func (s *slots) stir() {
	close(s.freed)
	s.freed = make(chan struct{})
}

// learn looks at an answer to a request that took its slot in an epoch. Requests that were on their way together are refused
// together: that counts once.
func (s *slots) learn(epoch, status int, hint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, err := strconv.Atoi(hint); err == nil && n > 0 && !s.chosen {
		if n = min(n, slotsAtMost); s.most != n {
			if s.epoch == 0 || n < s.now {
				s.now = n
			}
			s.most = n
			s.stir()
		}
	}
	switch {
	case status == http.StatusTooManyRequests && epoch == s.epoch:
		s.now, s.good = max(1, s.now/2), 0
		s.epoch++
	case status/100 == 2 && s.now < s.most:
		if s.good++; s.good >= 4*s.now {
			s.now, s.good = s.now+1, 0
			s.stir()
		}
	}
}

// shut lets nothing through until then.
func (c *Client) shut(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until.After(c.gate) {
		c.gate = until
	}
}

// closed tells for how long nothing may be sent, and whether u has waited for that already.
func (u *run) closed() (until time.Time, d time.Duration) {
	u.c.mu.Lock()
	defer u.c.mu.Unlock()
	until = u.c.gate
	if !until.After(u.passed) {
		return until, 0
	}
	return until, until.Sub(u.c.c.Now())
}

// admit waits until the gate is open.
func (u *run) admit() *stumble {
	for {
		until, d := u.closed()
		if d <= 0 {
			return nil
		}
		if u.asked+d > longestAsked {
			return &stumble{fault: tooBusy(u.c.c.Service, u.c.c.Now())}
		}
		u.tell("asks us to wait", d)
		if err := u.c.c.Wait(u.ctx, d); err != nil {
			return &stumble{fault: stopped(u.ctx)}
		}
		u.asked += d
		u.passed = until
	}
}

// enter takes a slot while the gate is open.
func (u *run) enter() (leave func(), s *stumble) {
	for {
		if s := u.admit(); s != nil {
			return nil, s
		}
		epoch, ok, freed := u.c.slots.take()
		if !ok {
			select {
			case <-freed:
				continue
			case <-u.ctx.Done():
				return nil, &stumble{fault: stopped(u.ctx)}
			}
		}
		u.epoch = epoch
		if _, d := u.closed(); d <= 0 {
			return u.c.slots.give, nil
		}
		u.c.slots.give()
	}
}

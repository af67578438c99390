package rest

import "time"

// The gate and the slots: how many requests are on their way, and since when none may start.

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
		select {
		case u.c.slots <- struct{}{}:
		case <-u.ctx.Done():
			return nil, &stumble{fault: stopped(u.ctx)}
		}
		if _, d := u.closed(); d <= 0 {
			return func() { <-u.c.slots }, nil
		}
		<-u.c.slots
	}
}

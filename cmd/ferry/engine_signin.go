package main

import (
	"context"
	"reflect"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/practice"
	"ferry/core/project"
	"ferry/core/signin"
	"ferry/ui"
)

// resolve adds what only this computer may say: the practice environment's present address and certificate, the
// settings of this computer, the secrets from the keychain.
func (e *Engine) resolve(ctx context.Context, c project.Connection) (wiring.Connection, error) {
	to := wiring.Connection{Connection: c, Keep: !c.Practice}
	if c.Practice {
		env, err := e.practise()
		if err != nil {
			return to, err
		}
		to.Org, to.Tenant, to.Access.Authority, to.CA = env.Org, env.Tenant, env.Authority, string(env.CA)
		if to.ClientID = env.ClientID; c.NeedsSecret() || c.NeedsCertificate() {
			to.ClientID, to.Secret = env.SecretApp, e.practiceSecret(env)
		}
		return to, e.machine().Unlock(ctx, &to)
	}
	to.Access = e.machine().Settings.At(c.Org)
	return to, e.machine().Unlock(ctx, &to)
}

func (e *Engine) practiceSecret(env *practice.Environment) core.Secret {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.typed.Empty() {
		return e.typed
	}
	return core.NewSecret(env.Secret)
}

// link is the link of a connection; it is made anew when anything changed that it depends on. Connections that sign in
// with the same values share one, so that who renames a connection stays signed in.
func (e *Engine) link(ctx context.Context, c project.Connection) (*wiring.Link, error) {
	to, err := e.resolve(ctx, c)
	if err != nil {
		return nil, err
	}
	to.Name, to.Kind, to.Tested, to.Waiting = "", "", "", project.Waiting{}
	e.mu.Lock()
	defer e.mu.Unlock()
	old := e.links[c.Name]
	if old != nil && reflect.DeepEqual(old.from, to) {
		old.link.Source.Speak(int(e.language.Load()))
		return old.link, nil
	}
	for _, k := range e.links {
		if reflect.DeepEqual(k.from, to) {
			k.link.Source.Speak(int(e.language.Load()))
			e.links[c.Name] = k
			return k.link, nil
		}
	}
	link, err := e.machine().Connect(to)
	if err != nil {
		return nil, err
	}
	if old != nil {
		old.link.Close()
	}
	link.Source.Speak(int(e.language.Load()))
	e.links[c.Name] = &kept{from: to, link: link}
	return link, nil
}

// Discover asks the environment who its tenant is.
func (e *Engine) Discover(ctx context.Context, c project.Connection) (project.Connection, error) {
	to, err := e.resolve(ctx, c)
	if err != nil {
		return c, err
	}
	found, err := e.machine().Discover(ctx, to)
	if err != nil {
		return c, err
	}
	c.Tenant = found.Tenant
	return c, nil
}

// at is a connection with this computer's settings, without any secret: enough to name what is kept for it.
func (e *Engine) at(c project.Connection) wiring.Connection {
	return wiring.Connection{Connection: c, Access: e.machine().Settings.At(c.Org)}
}

// KeepSecret puts a client secret into the keychain.
func (e *Engine) KeepSecret(ctx context.Context, c project.Connection, secret core.Secret) (*core.Fault, error) {
	if c.Practice { // nothing of it is kept: a wrong one is there to be tried
		e.mu.Lock()
		e.typed = secret
		e.mu.Unlock()
		return nil, nil
	}
	if err := e.machine().Store.Set(ctx, wiring.SecretName(e.at(c)), secret); err != nil {
		return nil, err
	}
	return e.warning, nil
}

// KnowsSecret reports whether a client secret is kept.
func (e *Engine) KnowsSecret(ctx context.Context, c project.Connection) bool {
	to, err := e.resolve(ctx, c)
	return err == nil && !to.Secret.Empty()
}

// SignIn signs in anew.
func (e *Engine) SignIn(ctx context.Context, c project.Connection, step func(ui.SignInStep)) (ui.SignedIn, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return ui.SignedIn{}, err
	}
	who, err := link.SignIn(ctx, func(s signin.Step) {
		step(ui.SignInStep{Link: s.Link, Code: s.Code, Until: s.Until, Fault: s.Fault})
	})
	if err != nil {
		return ui.SignedIn{}, err
	}
	e.mu.Lock()
	if k := e.links[c.Name]; k != nil {
		k.who = who.Name
	}
	e.mu.Unlock()
	warning := who.Warning
	if warning == nil && (c.Auth == project.Browser || c.Auth == project.Device) && !c.Practice {
		warning = e.warning
	}
	return ui.SignedIn{Name: who.Name, Application: who.Application, Warning: warning}, nil
}

// who is the name of the one who signed in, for the history.
func (e *Engine) who(connection string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k := e.links[connection]; k != nil {
		return k.who
	}
	return ""
}

// SignOut forgets tokens and secrets of a connection.
func (e *Engine) SignOut(ctx context.Context, c project.Connection) error {
	link, err := e.link(ctx, c)
	if err != nil {
		link = nil // what is kept is forgotten all the same
	}
	if c.Practice {
		if link == nil {
			return err
		}
		return link.Session.Forget(ctx)
	}
	return e.machine().Forget(ctx, e.at(c), link)
}

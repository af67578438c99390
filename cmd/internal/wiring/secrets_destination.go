package wiring

import (
	"context"

	"ferry/core"
	"ferry/core/keychain"
	"ferry/core/project"
)

// destinationSecret is where a secret of a destination lies: under what it may be sent to, as its driver says.
func destinationSecret(driver core.Driver[core.Destination], d project.Destination, setting string) (keychain.Name, bool) {
	if driver.Receiver == nil {
		return keychain.Name{}, false
	}
	receiver := driver.Receiver(core.Settings{Values: d.Settings})
	return keychain.Name{Kind: driver.Name + "-" + setting, Environment: receiver}, receiver != ""
}

// destinationSecrets are the given ones, and what the keychain has for the others. A keychain that cannot be read has
// none: the destination then says what it lacks.
func (c *Computer) destinationSecrets(ctx context.Context, driver core.Driver[core.Destination], d project.Destination, given map[string]core.Secret) map[string]core.Secret {
	all := map[string]core.Secret{}
	for _, s := range driver.Settings {
		if s.Kind != core.SettingSecret {
			continue
		}
		if all[s.Name] = given[s.Name]; !all[s.Name].Empty() {
			continue
		}
		all[s.Name] = c.DestinationSecret(ctx, driver, d, s.Name)
	}
	return all
}

// DestinationSecret is what the keychain has for a setting of a destination.
func (c *Computer) DestinationSecret(ctx context.Context, driver core.Driver[core.Destination], d project.Destination, setting string) core.Secret {
	name, ok := destinationSecret(driver, d, setting)
	if !ok || c.Store == nil {
		return core.Secret{}
	}
	secret, _, err := c.Store.Get(ctx, name)
	if err != nil && c.Log != nil {
		c.Log.Info("the keychain was not read", "code", core.AsFault(err).Code)
	}
	return secret
}

// KeepDestination puts secrets of a destination into the keychain. Settings that cannot be read keep nothing.
func (c *Computer) KeepDestination(ctx context.Context, drivers []core.Driver[core.Destination], d project.Destination, secrets map[string]core.Secret) error {
	for _, driver := range drivers {
		if driver.Name != d.Driver {
			continue
		}
		for setting, secret := range secrets {
			name, ok := destinationSecret(driver, d, setting)
			if !ok || secret.Empty() || c.Store == nil {
				continue
			}
			if err := c.Store.Set(ctx, name, secret); err != nil {
				return err
			}
		}
	}
	return nil
}

// KnowsDestination tells which secrets of a destination the keychain has.
func (c *Computer) KnowsDestination(ctx context.Context, drivers []core.Driver[core.Destination], d project.Destination) map[string]bool {
	known := map[string]bool{}
	for _, driver := range drivers {
		if driver.Name != d.Driver {
			continue
		}
		for name, secret := range c.destinationSecrets(ctx, driver, d, nil) {
			known[name] = !secret.Empty()
		}
	}
	return known
}

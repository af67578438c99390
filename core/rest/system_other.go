//go:build !windows && !darwin

package rest

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
)

// readSettings asks GNOME, where it is the desktop. Everywhere else environment variables say it all.
func readSettings(ctx context.Context) (settings, error) {
	if os.Getenv("XDG_CURRENT_DESKTOP") == "" {
		return settings{}, nil
	}
	out, err := exec.CommandContext(ctx, "gsettings", "list-recursively", "org.gnome.system.proxy").Output()
	if err != nil {
		return settings{}, err
	}
	return parseGSettings(string(out)), nil
}

func scriptRunner(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, settings, *url.URL) (string, error) {
	return ownScriptRunner(dial)
}

package keychain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/zalando/go-keyring"

	"ferry/core"
)

func stopped(ctx context.Context) *core.Fault {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		f := slow(0)
		f.Err = ctx.Err()
		return f
	}
	return core.AsFault(context.Canceled)
}

func slow(limit time.Duration) *core.Fault {
	cause := "This computer's keychain did not answer in time."
	if limit >= time.Second {
		cause = fmt.Sprintf("This computer's keychain did not answer within %d seconds.", int(limit.Seconds()))
	}
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.slow", Owner: core.You,
		Cause:  cause,
		Remedy: "Look for a window that asks you to unlock the keychain, perhaps behind this one. Answer it, then try again.",
	}
}

func tooLong() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.too-long", Owner: core.You,
		Cause:  "This secret is too long for a keychain.",
		Remedy: fmt.Sprintf("Check what you pasted: a client secret has about 40 characters, and at most %d can be kept.", longest),
	}
}

func forgetful() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.forgetful", Owner: core.You,
		Cause:  "This computer's keychain took a secret and did not keep it.",
		Remedy: "Restart the computer and try again. Until then Ferry asks you to sign in each time.",
	}
}

func absent(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.absent", Owner: core.You,
		Cause:  "This computer has no keychain that Ferry can use, so secrets are remembered only until Ferry ends.",
		Remedy: "On Linux, install a keyring such as GNOME Keyring or KWallet and sign in to the desktop. On a server without a desktop, give the secret anew each time.",
		Err:    err,
	}
}

func locked(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.locked", Owner: core.You,
		Cause:  "This computer's keychain is locked, or was never set up.",
		Remedy: "Unlock it: sign out of this computer and in again with your password, or open its keychain program. Then try again.",
		Err:    err,
	}
}

func denied(err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.refused", Owner: core.You,
		Cause:  "This computer's keychain did not let Ferry in.",
		Remedy: "Try again, and when this computer asks whether Ferry may use the keychain, allow it.",
		Err:    err,
	}
}

// refusal turns an error of the keychain into a Fault. Its text is looked at and never shown.
func refusal(err error) *core.Fault {
	text := strings.ToLower(err.Error())
	says := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	var exit *exec.ExitError
	status := 0
	if errors.As(err, &exit) {
		status = exit.ExitCode()
	}
	var no syscall.Errno
	errors.As(err, &no)
	switch {
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return tooLong()
	case says("dismissed", "access denied", "accessdenied", "not authorized", "permission denied", "rejected send message"),
		status == 51, status == 128, runtime.GOOS == "windows" && no == 5:
		return denied(err)
	case says("failed to unlock", "islocked", "is locked", "locked collection", "interaction is not allowed"), status == 36:
		return locked(err)
	case errors.Is(err, errNoBus), errors.Is(err, keyring.ErrUnsupportedPlatform), errors.Is(err, exec.ErrNotFound),
		errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), no == 1312,
		says("not provided by any", "serviceunknown", "session bus", "dbus-launch", "no such object path", "object does not exist", "executable file not found"):
		return absent(err)
	}
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.failed", Owner: core.You,
		Cause:  "This computer's keychain does not work.",
		Remedy: "Restart the computer and try again. Until then Ferry can remember secrets only until it ends.",
		Err:    err,
	}
}

func fileFault(path string, err error) *core.Fault {
	remedy := "Check that the folder exists, that you may write into it, and that the disk is not full."
	return &core.Fault{
		Kind: core.Wrong, Code: "keychain.file", Owner: core.You,
		Cause:  "Ferry's protected file cannot be read or written in the folder " + filepath.Dir(path) + ".",
		Remedy: remedy,
		Err:    err,
	}
}

func fileBusy(path string) *core.Fault {
	return &core.Fault{
		Kind: core.Busy, Code: "keychain.file-busy", Owner: core.You,
		Cause:  "Another Ferry has been using its protected file in the folder " + filepath.Dir(path) + " for too long.",
		Remedy: "Close the other Ferry, or wait until it has signed in, and try again.",
	}
}

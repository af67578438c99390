package journal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/importer"
)

// The right to work at a place is a lock file beside the journal. Whoever writes there has it alone; those who only look share
// it. The operating system gives it back when a process ends, however it ends.

// A history that looks whether a run is alive holds its lock for an instant, so that a claim tries for a moment.
const (
	claimFor   = 500 * time.Millisecond
	claimEvery = 20 * time.Millisecond
)

func (j *Journal) lockFile(name string) string { return j.path + "-" + name + lockEnd }

const lockEnd = ".lock"

// Claim implements importer.Journal.
func (j *Journal) Claim(ctx context.Context, name string) (func(), error) {
	release, err := lockAlone(ctx, j.lockFile(name))
	if err != nil {
		return nil, j.notLocked(err)
	}
	err = j.change(ctx, func(c *sqlite.Conn) error {
		if err := exec(c, `UPDATE parts SET worker = '', until = 0 WHERE until <> 0 AND run IN (SELECT id FROM runs WHERE name = ?)`, name); err != nil {
			return err
		}
		return exec(c, `UPDATE runs SET state = ? WHERE name = ? AND state = ?`, string(importer.Interrupted), name, string(importer.Running))
	})
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// Look implements importer.Journal.
func (j *Journal) Look(ctx context.Context, name string) (func(), error) {
	lock := flock.New(j.lockFile(name), flock.SetPermissions(0o600))
	release, err := locked(ctx, lock, lock.TryRLockContext)
	if err != nil {
		return nil, j.notLocked(err)
	}
	return release, nil
}

// HoldAll claims every place that the journal at path knows, without opening it, so that it can be deleted. Nothing is held
// when it fails.
func HoldAll(ctx context.Context, path string) (release func(), err error) {
	files, err := filepath.Glob(path + "-*" + lockEnd)
	if err != nil {
		return nil, err
	}
	var held []func()
	release = func() {
		for _, one := range held {
			one()
		}
	}
	for _, file := range files {
		one, err := lockAlone(ctx, file)
		if err != nil {
			release()
			return nil, (&Journal{path: path}).notLocked(err)
		}
		held = append(held, one)
	}
	return release, nil
}

// lockAlone locks a file for its caller alone. The Fault says whether those who have it write or look.
func lockAlone(ctx context.Context, path string) (func(), error) {
	lock := flock.New(path, flock.SetPermissions(0o600))
	release, err := locked(ctx, lock, lock.TryLockContext)
	if err != nil && err == errHeld {
		if free, shared := lock.TryRLock(); free && shared == nil {
			_ = lock.Unlock() // the system releases it in any case
			return nil, importer.LookedAt()
		}
	}
	return release, err
}

var errHeld = errors.New("somebody else has the lock")

// locked tries for a moment.
func locked(ctx context.Context, lock *flock.Flock, try func(context.Context, time.Duration) (bool, error)) (func(), error) {
	trying, cancel := context.WithTimeout(ctx, claimFor)
	defer cancel()
	ok, err := try(trying, claimEvery)
	switch {
	case ctx.Err() != nil && !ok:
		return nil, ctx.Err()
	case !ok && (err == nil || errors.Is(err, context.DeadlineExceeded)):
		return nil, errHeld
	case err != nil:
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil // the system releases it in any case
}

// notLocked says why a lock was not given.
func (j *Journal) notLocked(err error) error {
	var f *core.Fault
	switch {
	case errors.As(err, &f):
		return f
	case err == errHeld:
		return importer.AlreadyRunning()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return core.AsFault(err)
	}
	return lockFailed(j.path, err)
}

// alive reports whether a process has the claim of that name. One that only looks has not.
func (j *Journal) alive(name string) bool {
	path := j.lockFile(name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	if free {
		_ = lock.Unlock() // the system releases it in any case
	}
	return err == nil && !free
}

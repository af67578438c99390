package sheet

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"ferry/core"
)

// left is how Ferry left a file: enough to see that nobody changed it.
type left struct {
	Size     int64  `json:"size"`
	Modified int64  `json:"modified"` // nanoseconds
	Digest   string `json:"digest"`
}

// A fileState is how a file stands against what Ferry left.
type fileState int

const (
	gone fileState = iota
	asLeft
	changedSince
)

// state looks at a file. One whose size and time are as they were is not read.
func (d *files) state(ctx context.Context, path string, was *left) (fileState, error) {
	about, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return gone, nil
	case err != nil:
		return gone, fileFault(path, err)
	case was == nil:
		return changedSince, nil
	case about.Size() == was.Size && about.ModTime().UnixNano() == was.Modified:
		return asLeft, nil
	case about.Size() != was.Size:
		return changedSince, nil
	}
	digest, err := digestOf(ctx, path)
	if err != nil {
		return gone, err
	}
	if digest == was.Digest {
		return asLeft, nil
	}
	return changedSince, nil
}

func digestOf(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fileFault(path, err)
	}
	defer file.Close()
	sum := sha256.New()
	for buffer := make([]byte, 1<<20); ; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := file.Read(buffer)
		sum.Write(buffer[:n])
		if err == io.EOF {
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
		if err != nil {
			return "", fileFault(path, err)
		}
	}
}

// beside is the name under which a file is written until it is complete. It is another one for each spool, and the spool's
// lock keeps it for one Ferry.
func (d *files) beside(path string) string {
	folder, name := filepath.Split(path)
	return filepath.Join(folder, partBegin+shortened(name, 200)+partEnd(d.path))
}

const partBegin = ".ferry-"

// partEnd is how the names of a spool's files end that are not complete.
func partEnd(spool string) string {
	sum := sha256.Sum256([]byte(absolute(spool)))
	return "-" + hex.EncodeToString(sum[:6]) + ".part"
}

// A replacement is a file on its way to its place.
type replacement struct {
	path string // where it comes to lie
	part string // where it lies until then
	file *os.File
	out  *bufio.Writer
	sum  interface {
		io.Writer
		Sum([]byte) []byte
	}
	size int64
	done bool // it stays
}

func (r *replacement) Write(b []byte) (int, error) {
	r.sum.Write(b)
	r.size += int64(len(b))
	return r.out.Write(b)
}

// begin makes the file that will take the place of path; until then it lies at part.
func (d *files) begin(path, part string) (*replacement, error) {
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a process that was killed
		return nil, fileFault(path, err)
	}
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fileFault(path, err)
	}
	return &replacement{path: path, part: part, file: file, out: bufio.NewWriterSize(file, 1<<20), sum: sha256.New()}, nil
}

// complete brings the file to the disk.
func (r *replacement) complete() (*left, error) {
	if err := errors.Join(r.out.Flush(), r.file.Sync()); err != nil {
		return nil, r.fault(err)
	}
	if old, err := os.Stat(r.path); err == nil {
		_ = r.file.Chmod(old.Mode().Perm()) // what somebody allowed stays allowed, where the disk knows of it
	}
	about, err := r.file.Stat()
	if err == nil {
		err = r.file.Close()
	}
	if err != nil {
		return nil, fileFault(r.path, err)
	}
	return &left{Size: r.size, Modified: about.ModTime().UnixNano(), Digest: hex.EncodeToString(r.sum.Sum(nil))}, nil
}

// abandon takes a file away that did not get so far.
func (r *replacement) abandon() {
	if !r.done {
		_ = r.file.Close()    // the first error is the one to tell
		_ = os.Remove(r.part) // and the next one takes it away otherwise
	}
}

// replace writes a file whole beside path and puts it into its place when it is complete. until hears what is about to lie
// there before it does, so that a kill in between leaves a file that is known. Whatever somebody made of the old file stays,
// under another name.
func (d *files) replace(ctx context.Context, path string, was, next *left, write func(w io.Writer) error, until func(next *left) error) (*left, error) {
	r, err := d.begin(path, d.beside(path))
	if err != nil {
		return nil, err
	}
	defer r.abandon()
	if err := write(r); err != nil {
		return nil, r.fault(err)
	}
	now, err := r.complete()
	if err != nil {
		return nil, err
	}
	if err := until(now); err != nil {
		return nil, err
	}
	if err := d.setAside(ctx, path, was, next); err != nil {
		return nil, err
	}
	if err := d.rename(ctx, r.part, path); err != nil {
		return nil, err
	}
	r.done = true
	return now, nil
}

// fault says why the new file could not be written. What the spool said stays.
func (r *replacement) fault(err error) error {
	var known *core.Fault
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fileFault(r.path, err)
}

// setAside gives a file that somebody changed since Ferry wrote it another name.
func (d *files) setAside(ctx context.Context, path string, was, next *left) error {
	now, err := d.state(ctx, path, was)
	if err != nil || now != changedSince || was == nil {
		return err
	}
	if next != nil {
		if now, err := d.state(ctx, path, next); err != nil || now == asLeft {
			return err
		}
	}
	end := filepath.Ext(path)
	why := " (changed, kept "
	if was.Size == lost {
		why = " (kept "
	}
	kept := strings.TrimSuffix(path, end) + why + d.now().Format("2006-01-02 15.04.05") + ")" + end
	if _, err := os.Lstat(kept); err == nil {
		return fileFault(path, fs.ErrExist)
	}
	d.log.Info("a file that was changed is kept under another name")
	d.aside = filepath.Base(kept)
	return d.rename(ctx, path, kept)
}

// rename waits a moment where a program, such as one that looks for viruses, has the file open.
func (d *files) rename(ctx context.Context, from, to string) error {
	for try := 0; ; try++ {
		err := os.Rename(from, to)
		if err == nil {
			return nil
		}
		if !held(to, err) && !held(from, err) {
			return fileFault(to, err)
		}
		if try == 5 {
			return inUse(to, err)
		}
		if err := d.wait(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// held reports whether an error means that another program has the file open, which only Windows minds.
func held(path string, err error) bool {
	if runtime.GOOS != "windows" {
		return false
	}
	for _, code := range []syscall.Errno{32, 33, 1224} { // sharing violation, lock violation, mapped by a program
		if errors.Is(err, code) {
			return true
		}
	}
	if !errors.Is(err, syscall.Errno(5)) { // access denied: renaming says so of an open file too
		return false
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		return errors.Join(file.Close()) == nil
	}
	return errors.Is(err, syscall.Errno(32))
}

// openedBy tells whether a program left a sign beside a file that it has it open: LibreOffice and Excel do.
func openedBy(path string) string {
	folder, name := filepath.Split(path)
	if _, err := os.Lstat(filepath.Join(folder, ".~lock."+name+"#")); err == nil {
		return "LibreOffice"
	}
	if _, err := os.Lstat(filepath.Join(folder, "~$"+name)); err == nil {
		return "Excel"
	}
	return ""
}

// first is what Ferry left, or what it was about to leave when it was killed.
func first(was, next *left) *left {
	if was != nil {
		return was
	}
	return next
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/keychain"
)

// chaotic makes ferryctl one that is killed at a step of the engine. Its value is a fate as JSON.
const chaotic = "FERRY_TEST_CHAOS"

// A fate is what becomes of one ferryctl.
type fate struct {
	Step  int    // the step at which it kills itself; 0 is none
	Steps string // file that says how many steps there were, when it comes to its end
	Chain string // file that is the keychain
}

// chaos is ferryctl with a keychain in a file, little patience, and a fate.
func chaos(text string) int {
	var f fate
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitUsage
	}
	t := system()
	t.keys = func(ctx context.Context) (keychain.Store, *core.Fault) {
		return keychain.Open(ctx, keychain.Options{Backend: chainFile(f.Chain)})
	}
	t.wait = func(ctx context.Context, d time.Duration) error { return core.Wait(ctx, d/25) }
	k := &suicide{at: f.Step}
	t.wrap = func(j *importer.Job) { j.Journal = mortalJournal{j.Journal.(*journal.Journal), k} }
	code := run(context.Background(), t, os.Args[1:])
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := os.WriteFile(f.Steps, []byte(strconv.Itoa(k.steps)), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return code
}

// A suicide counts steps and ends its own process at one of them, as the power button does.
type suicide struct {
	mu    sync.Mutex
	steps int
	at    int
}

func (k *suicide) step() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.steps++; k.steps != k.at {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil && self.Kill() == nil {
		select {} // the kill is on its way
	}
}

// around takes a step before and one behind what f does.
func around[T any](k *suicide, f func() (T, error)) (T, error) {
	k.step()
	defer k.step()
	return f()
}

func around0(k *suicide, f func() error) error {
	_, err := around(k, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

// mortalJournal is a journal around each of whose notes the process may be killed. All that an import does lies between two
// notes: destination and source need no wrapping, and keep all that they can.
type mortalJournal struct {
	*journal.Journal
	k *suicide
}

func (j mortalJournal) Claim(ctx context.Context, name string) (func(), error) {
	return around(j.k, func() (func(), error) { return j.Journal.Claim(ctx, name) })
}

func (j mortalJournal) SaveDestination(ctx context.Context, d importer.KnownDestination) error {
	return around0(j.k, func() error { return j.Journal.SaveDestination(ctx, d) })
}

func (j mortalJournal) SaveRun(ctx context.Context, r importer.Entry) error {
	return around0(j.k, func() error { return j.Journal.SaveRun(ctx, r) })
}

func (j mortalJournal) Split(ctx context.Context, run, mapping string, ranges []core.Range) ([]importer.Part, error) {
	return around(j.k, func() ([]importer.Part, error) { return j.Journal.Split(ctx, run, mapping, ranges) })
}

func (j mortalJournal) ClaimPart(ctx context.Context, part int64) (bool, error) {
	return around(j.k, func() (bool, error) { return j.Journal.ClaimPart(ctx, part) })
}

func (j mortalJournal) Rewind(ctx context.Context, part int64) error {
	return around0(j.k, func() error { return j.Journal.Rewind(ctx, part) })
}

func (j mortalJournal) FinishPart(ctx context.Context, part int64, add importer.Counts) error {
	return around0(j.k, func() error { return j.Journal.FinishPart(ctx, part, add) })
}

func (j mortalJournal) Note(ctx context.Context, b importer.Batch) error {
	return around0(j.k, func() error { return j.Journal.Note(ctx, b) })
}

func (j mortalJournal) Settle(ctx context.Context, s importer.Settlement) error {
	return around0(j.k, func() error { return j.Journal.Settle(ctx, s) })
}

func (j mortalJournal) Remember(ctx context.Context, i importer.Image) error {
	return around0(j.k, func() error { return j.Journal.Remember(ctx, i) })
}

func (j mortalJournal) List(ctx context.Context, run, mapping, list string, keys []importer.ListedKey) error {
	return around0(j.k, func() error { return j.Journal.List(ctx, run, mapping, list, keys) })
}

func (j mortalJournal) ListExceptions(ctx context.Context, run, mapping, earlier string) error {
	return around0(j.k, func() error { return j.Journal.ListExceptions(ctx, run, mapping, earlier) })
}

func (j mortalJournal) Unlist(ctx context.Context, run, mapping string) error {
	return around0(j.k, func() error { return j.Journal.Unlist(ctx, run, mapping) })
}

// chainFile is a keychain in a file, which outlives its processes. One process at a time has it.
type chainFile string

func (c chainFile) items() map[string]string {
	all := map[string]string{}
	if text, err := os.ReadFile(string(c)); err == nil {
		_ = json.Unmarshal(text, &all) // a file that was never whole has no items
	}
	return all
}

// save puts a whole file in the place of the old one: a keychain is not torn by a kill.
func (c chainFile) save(all map[string]string) error {
	text, err := json.Marshal(all)
	if err == nil {
		err = os.WriteFile(string(c)+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(string(c)+".new", string(c))
	}
	return err
}

func (c chainFile) Get(service, item string) (string, error) {
	text, ok := c.items()[service+" "+item]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return text, nil
}

func (c chainFile) Set(service, item, secret string) error {
	all := c.items()
	all[service+" "+item] = secret
	return c.save(all)
}

func (c chainFile) Delete(service, item string) error {
	all := c.items()
	if _, ok := all[service+" "+item]; !ok {
		return keyring.ErrNotFound
	}
	delete(all, service+" "+item)
	return c.save(all)
}

// killedAfterReceipt stands for the exit code of a process that was killed behind its last word.
const killedAfterReceipt = -2

// command runs a command again and again, killed at most so many times, until it comes to its end.
func (l *life) command(args []string, kills int) (out string, code int) {
	l.Helper()
	for try := 0; ; try++ {
		var f fate
		after := time.Duration(0)
		if try < kills {
			if l.chance(2) {
				f.Step = 1 + l.random.IntN(max(1, l.steps))
			} else {
				after = time.Duration(1 + l.random.Int64N(int64(l.whole)))
			}
		}
		out, code = l.once(args, f, after)
		if code != -1 {
			return out, code
		}
		l.tell("%s killed at step %d, after %v", args[0], f.Step, after)
		args = slices.DeleteFunc(args, func(a string) bool { return a == "-full" }) // once more, it would begin anew
	}
}

// once runs a command as a process of its own. -1 is killed.
func (l *life) once(args []string, f fate, after time.Duration) (string, int) {
	l.Helper()
	f.Chain, f.Steps = filepath.Join(l.s.dir, "chain.json"), filepath.Join(l.s.dir, "steps")
	text, err := json.Marshal(f)
	if err != nil {
		l.Fatal(err)
	}
	c, out := l.s.process(args...)
	c.Env = append(c.Env, chaotic+"="+string(text))
	began := time.Now()
	if err := c.Start(); err != nil {
		l.Fatal(err)
	}
	limit := time.AfterFunc(cmp.Or(after, 8*time.Minute), func() { _ = c.Process.Kill() })
	err = c.Wait()
	limit.Stop()
	took := time.Since(began)
	code := c.ProcessState.ExitCode()
	switch {
	case err != nil && code == -1 && f.Step == 0 && after == 0:
		l.wrong("it hangs: %s", lastOf(out.String()))
	case code == -1:
		l.count.killed.Add(1)
		if strings.Contains(out.String(), `{"receipt"`) && strings.HasSuffix(out.String(), "\n") {
			return out.String(), killedAfterReceipt
		}
	case after == 0:
		l.whole = (l.whole + took) / 2
		if text, err := os.ReadFile(f.Steps); err == nil {
			l.steps, _ = strconv.Atoi(string(text))
		}
	}
	return out.String(), code
}

// lastOf is the end of a long text.
func lastOf(text string) string { return text[max(0, len(text)-2000):] }

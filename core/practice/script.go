package practice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"ferry/core/practice/halo"
)

// A Script is what goes wrong in the practice environment, and when. The first step that matches a request is
// played; a request that no step matches is answered as always.
type Script []Step

// A Step says which requests it is about and what becomes of them. Every condition that is set must hold.
type Step struct {
	// When.
	Side   string  `json:"side,omitempty"`   // "dynamics", "microsoft", "discovery" or "halo"; "" is any
	Method string  `json:"method,omitempty"` // "GET"; "" is any
	Path   string  `json:"path,omitempty"`   // a regular expression on the path of the address
	Table  string  `json:"table,omitempty"`  // logical name or set name of the table whose rows are asked for
	Page   int     `json:"page,omitempty"`   // the page of that table, from 1
	Nth    int     `json:"nth,omitempty"`    // only the n-th request that matches, from 1
	From   int     `json:"from,omitempty"`   // from the n-th on
	Every  int     `json:"every,omitempty"`  // only each n-th: 2 is every other time
	Times  int     `json:"times,omitempty"`  // at most so often; 0 is without end
	Chance float64 `json:"chance,omitempty"` // between 0 and 1; 0 is always. The seed of the environment decides

	// What.
	Do         string   `json:"do"`                   // one of the words below
	Status     int      `json:"status,omitempty"`     // of DoStatus and DoHTML
	Code       string   `json:"code,omitempty"`       // of DoStatus: "0x80072322"
	Message    string   `json:"message,omitempty"`    // of DoStatus
	RetryAfter *int     `json:"retryAfter,omitempty"` // seconds, of DoStatus; nil sends no such header
	Bytes      int64    `json:"bytes,omitempty"`      // how far an answer gets, or how large it is
	Link       string   `json:"link,omitempty"`       // of DoForeignLink: "host", "http", "root", "user" or an address
	To         string   `json:"to,omitempty"`         // of DoRedirect: the address
	Column     string   `json:"column,omitempty"`     // of DoRemoveColumn: the field of Table
	For        Duration `json:"for,omitempty"`        // of DoAway and DoDelay: "3s"

	Set json.RawMessage `json:"set,omitempty"` // of DoSettings: {"links":"ignored"}

	over <-chan struct{} // closed when another script is played
}

// What a step does.
const (
	DoStatus       = "status"        // answers Status with the error body of its side; 429 knows Dataverse's three codes
	DoHTML         = "html"          // answers an HTML page with Status (200 when not set)
	DoCut          = "cut"           // cuts the connection: before anything is sent, or after Bytes bytes of the body
	DoDrop         = "drop"          // the work is done, and the connection is cut before any of the answer
	DoCutGzip      = "cut-gzip"      // the same, and the body is compressed for certain
	DoTruncate     = "truncate"      // ends the body after Bytes bytes as though it were whole
	DoGarbage      = "garbage"       // puts bytes that are no JSON behind the first Bytes bytes of the body
	DoRepeatRow    = "repeat-row"    // serves the last row of the page twice
	DoRepeatPage   = "repeat-page"   // the nextLink is new and leads to the same rows once more
	DoForeignLink  = "foreign-link"  // the nextLink leads to another host, to http or to another API root
	DoEndlessEmpty = "endless-empty" // an empty page with a nextLink that is always new
	DoEndlessSame  = "endless-same"  // the nextLink is the address that was asked for
	DoHugeCell     = "huge-cell"     // one text of Bytes bytes (1 GiB when not set), sent as a stream
	DoGzipBomb     = "gzip-bomb"     // Bytes bytes (16 GiB when not set) that travel as next to nothing
	DoRedirect     = "redirect"      // 302 to To
	DoExpire       = "expire-tokens" // every access token ends now; the request goes on
	DoRevoke       = "revoke"        // every access and refresh token ends now; the request goes on
	DoRemoveColumn = "remove-column" // the field Column of Table is gone from now on; the request goes on
	DoAway         = "away"          // both hosts hang up and nobody listens for as long as For
	DoSettings     = "halo-settings" // Halo is in another world from now on, as Set says; the request goes on
	DoDelay        = "delay"         // the answer waits for as long as For, or until another script is played
)

// The two sides of the practice environment.
const (
	SideDynamics  = "dynamics"
	SideMicrosoft = "microsoft"
	SideDiscovery = "discovery" // the Global Discovery Service
	SideHalo      = "halo"
)

var deeds = map[string]bool{
	DoStatus: true, DoHTML: true, DoCut: true, DoDrop: true, DoCutGzip: true, DoTruncate: true, DoGarbage: true, DoRepeatRow: true,
	DoRepeatPage: true, DoForeignLink: true, DoEndlessEmpty: true, DoEndlessSame: true, DoHugeCell: true,
	DoGzipBomb: true, DoRedirect: true, DoExpire: true, DoRevoke: true, DoRemoveColumn: true, DoAway: true, DoDelay: true, DoSettings: true,
}

// A Duration is a time.Duration that JSON writes as "3s".
type Duration time.Duration

// MarshalJSON writes the duration as text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads text such as "1m30s".
func (d *Duration) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return errors.New(`a duration is text such as "3s"`)
	}
	v, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is no duration such as \"3s\"", text)
	}
	*d = Duration(v)
	return nil
}

// Seconds is the value of RetryAfter.
func Seconds(n int) *int { return &n }

// ParseScript reads a script from JSON: an array of steps. It refuses what it does not know, so that a misspelt word
// does not make a harmless script.
func ParseScript(text []byte) (Script, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var s Script
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("reading the script: %w", err)
	}
	if d.More() {
		return nil, errors.New("reading the script: something follows the last step")
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// check reports the first step that cannot be played.
func (s Script) check() error {
	for i, step := range s {
		if err := step.check(); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func (s Step) check() error {
	if !deeds[s.Do] {
		return fmt.Errorf("there is no %q to do", s.Do)
	}
	switch s.Side {
	case "", SideDynamics, SideMicrosoft, SideDiscovery, SideHalo:
	default:
		return fmt.Errorf("there is no side %q", s.Side)
	}
	if _, err := regexp.Compile(s.Path); err != nil {
		return errors.New("the path is no regular expression")
	}
	if s.Chance < 0 || s.Chance > 1 {
		return errors.New("the chance must be between 0 and 1")
	}
	if s.Nth < 0 || s.From < 0 || s.Every < 0 || s.Times < 0 || s.Page < 0 || s.Bytes < 0 || s.For < 0 {
		return errors.New("a number is below 0")
	}
	switch {
	case s.Do == DoStatus && (s.Status < 400 || s.Status > 599):
		return errors.New("the status must be between 400 and 599")
	case s.Do == DoRedirect && s.To == "":
		return errors.New("a redirect needs an address in \"to\"")
	case s.Do == DoRemoveColumn && (s.Table == "" || s.Column == ""):
		return errors.New("removing a column needs \"table\" and \"column\"")
	case s.Do == DoSettings:
		return new(halo.Settings).Change(s.Set)
	case (s.Do == DoAway || s.Do == DoDelay) && s.For == 0:
		return fmt.Errorf("%q needs a duration in \"for\"", s.Do)
	}
	return nil
}

// A player decides which step is played for a request. It counts, so it belongs to one environment.
type player struct {
	tables func(set string) string // set name to logical name

	mu    sync.Mutex
	rand  *rand.Rand
	steps []playing
	over  chan struct{} // closed when another script is played
}

type playing struct {
	Step
	path    *regexp.Regexp
	matched int
	done    int
}

func newPlayer(s Script, seed uint64, tables func(string) string) *player {
	p := &player{tables: tables, rand: rand.New(rand.NewPCG(seed, 0x5cf1))}
	p.load(s)
	return p
}

// load replaces the script and forgets what was counted.
func (p *player) load(s Script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over != nil {
		close(p.over)
	}
	p.over = make(chan struct{})
	p.steps = make([]playing, len(s))
	for i, step := range s {
		p.steps[i] = playing{Step: step}
		if step.Path != "" {
			p.steps[i].path = regexp.MustCompile(step.Path)
		}
	}
}

// counts returns how often each step was played.
func (p *player) counts() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := make([]int, len(p.steps))
	for i := range p.steps {
		n[i] = p.steps[i].done
	}
	return n
}

// choose returns the step to play for a request, or nil.
func (p *player) choose(side string, r *http.Request, set string, page int) *Step {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.steps {
		if s := &p.steps[i]; p.fits(s, side, r, set, page) && p.due(s) {
			s.done++
			step := s.Step
			step.over = p.over
			return &step
		}
	}
	return nil
}

func (p *player) fits(s *playing, side string, r *http.Request, set string, page int) bool {
	switch {
	case s.Side != "" && s.Side != side,
		s.Method != "" && !strings.EqualFold(s.Method, r.Method),
		s.path != nil && !s.path.MatchString(r.URL.Path),
		s.Page != 0 && s.Page != page:
		return false
	case s.Table != "" && s.Do != DoRemoveColumn:
		return set != "" && (s.Table == set || s.Table == p.tables(set))
	}
	return true
}

// due counts the match and says whether it is one of those that the step is for.
func (p *player) due(s *playing) bool {
	s.matched++
	switch {
	case s.Nth != 0 && s.matched != s.Nth,
		s.matched < s.From,
		s.Every != 0 && s.matched%s.Every != 0,
		s.Times != 0 && s.done >= s.Times,
		(s.Do == DoRemoveColumn || s.Do == DoSettings) && s.done > 0,
		s.Chance != 0 && p.rand.Float64() >= s.Chance:
		return false
	}
	return true
}

package dataverse

import (
	"context"
	"io"
	"sync"

	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

// Reading ahead. An answer is taken off the network, and unpacked, as soon as it comes, while the page before it is read and
// written. The address of the page behind it stands at its end: it is asked for before this one is read, so that a chain of
// pages takes what their answers take. Where the end does not surely say it, or the answer is larger than there is room, the
// page is read while it comes and the next one asked for afterwards. One page is on its way beside the one that is read.

const (
	blockSize = 256 << 10
	// maxBlocks is how many blocks the answers take that wait to be read, those of all readers of a Source together.
	maxBlocks = 48
)

// A fetch is a request whose answer is waited for elsewhere.
type fetch struct {
	at     place
	cancel context.CancelFunc
	done   chan struct{} // closed when the answer is here, or as much of it as there is room for

	response *rest.Response // nil with an error
	err      error
	held     held
}

// request sends the request for a place without waiting for the answer.
func (r *reader) request(ctx context.Context, at place) *fetch {
	ctx, cancel := context.WithCancel(ctx)
	f := &fetch{at: at, cancel: cancel, done: make(chan struct{})}
	q := rest.Request{Address: r.address(at), Header: r.a.prefer, Op: r.op}
	go func() {
		defer close(f.done)
		if f.response, f.err = r.s.rest.Do(ctx, q); f.err == nil {
			f.held = held{shelf: &r.s.shelf, body: f.response.Body}
			f.held.fill()
		}
	}()
	return f
}

// close gives back everything that the answer took. It is read no further.
func (f *fetch) close() {
	f.cancel()
	<-f.done
	if f.response != nil {
		_ = f.response.Body.Close()
		f.held.drop()
	}
}

// abandon gives back a request whose answer nobody wants any more.
func (r *reader) abandon() {
	if f := r.ahead; f != nil {
		r.ahead = nil
		f.cancel()
		go f.close()
	}
}

// look asks for the page behind an answer that is here, if its end tells which that is and nothing speaks against it yet. What
// the page itself says counts, see turn: a request that was not the right one is given up.
func (r *reader) look(ctx context.Context, f *fetch) {
	if limit := r.a.query.Limit; limit > 0 && r.delivered+r.s.c.PageSize >= limit {
		return // this page may be the last that is wanted
	}
	link, ok := scan.LinkAtEnd(f.held.tail())
	if !ok || r.links[scan.Hash(link)] || r.s.rest.Allowed(link) != nil {
		return
	}
	r.ahead = r.request(ctx, place{keys: f.at.keys, link: link})
}

// held is an answer's body, as much of it as was read before somebody reads it. It serves one goroutine at a time.
type held struct {
	shelf  *shelf
	body   io.Reader
	blocks [][]byte // full but for the last
	taken  int      // of the first block
	err    error    // what the body ended with; nil when there is more than was read
}

// fill reads the body until it ends or there is no room.
func (h *held) fill() {
	for h.err == nil {
		n := len(h.blocks) - 1
		if n < 0 || len(h.blocks[n]) == cap(h.blocks[n]) {
			b := h.shelf.take()
			if b == nil {
				return
			}
			h.blocks = append(h.blocks, b)
			n++
		}
		b := h.blocks[n]
		var got int
		got, h.err = h.body.Read(b[len(b):cap(b)])
		h.blocks[n] = b[:len(b)+got]
	}
}

// tail is the end of a body that is here whole; nil of one that is not.
func (h *held) tail() []byte {
	if h.err != io.EOF {
		return nil
	}
	var tail []byte
	for i := max(0, len(h.blocks)-2); i < len(h.blocks); i++ {
		tail = append(tail, h.blocks[i][max(0, len(h.blocks[i])-scan.TailSize):]...)
	}
	return tail[max(0, len(tail)-scan.TailSize):]
}

// Read reads what was held, giving back each block, and then the rest as it comes.
func (h *held) Read(p []byte) (int, error) {
	for len(h.blocks) > 0 {
		if n := copy(p, h.blocks[0][h.taken:]); n > 0 || len(p) == 0 {
			h.taken += n
			return n, nil
		}
		h.shelf.put(h.blocks[0])
		h.blocks, h.taken = h.blocks[1:], 0
	}
	if h.err != nil {
		return 0, h.err
	}
	n, err := h.body.Read(p)
	h.err = err
	return n, err
}

// drop gives back the blocks that nobody read.
func (h *held) drop() {
	for _, b := range h.blocks {
		h.shelf.put(b)
	}
	h.blocks = nil
}

// A shelf has the blocks for answers that wait. They are used again, and there are only so many.
type shelf struct {
	mu   sync.Mutex
	free [][]byte
	made int
}

// take returns an empty block; nil when all are in use.
func (s *shelf) take() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free) - 1; n >= 0 {
		b := s.free[n]
		s.free = s.free[:n]
		return b
	}
	if s.made == maxBlocks {
		return nil
	}
	s.made++
	return make([]byte, 0, blockSize)
}

func (s *shelf) put(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, b[:0])
}

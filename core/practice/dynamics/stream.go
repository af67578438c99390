package dynamics

import (
	"net/http"
	"strconv"
)

// A stream writes an answer in pieces.
type stream struct {
	w     http.ResponseWriter
	b     []byte
	began bool
}

const pieceSize = 64 << 10

func newStream(w http.ResponseWriter) *stream {
	return &stream{w: w, b: make([]byte, 0, pieceSize+pieceSize/4)}
}

// flush sends what was written when it is enough, or all of it; false when nobody listens any more.
func (s *stream) flush(all bool) bool {
	if !all && len(s.b) < pieceSize {
		return true
	}
	if !s.began {
		s.began = true
		kind := "application/json; odata.metadata=minimal"
		if !all {
			kind += "; odata.streaming=true"
		} else if len(s.b) < pieceSize {
			s.w.Header().Set("Content-Length", strconv.Itoa(len(s.b)))
		}
		s.w.Header().Set("Content-Type", kind)
		s.w.WriteHeader(http.StatusOK)
	}
	_, err := s.w.Write(s.b)
	s.b = s.b[:0]
	return err == nil
}

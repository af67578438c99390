package halo

// A splitting is how an array that Halo refused is taken apart. In halves a single culprit is soon found; where many are bad,
// each half costs a request and a look at what arrived all the same, and finds nothing. So once that has cost more requests than
// a quarter of the array's records, the rest goes one by one, as a small part does at once.
type splitting struct {
	quarter int   // of the records of the array
	wasted  int64 // requests that wrote nothing
}

// split begins an array of so many records.
func (w *writing) split(records int) { w.parts = splitting{quarter: records / 4} }

// piece is how many records of a refused part of an array are sent together next.
func (s *splitting) piece(part int) int {
	if part <= s.quarter+1 || s.wasted > int64(s.quarter) {
		return 1
	}
	return (part + 1) / 2
}

// inPieces sends the records of a refused part of an array, which has cost so many requests until now.
func (w *writing) inPieces(jobs []*job, cost int64, send func([]*job) error) error {
	w.parts.wasted += cost
	for part := len(jobs); len(jobs) > 0; {
		n := min(w.parts.piece(part), len(jobs))
		if err := send(jobs[:n]); err != nil {
			return err
		}
		jobs = jobs[n:]
	}
	return nil
}

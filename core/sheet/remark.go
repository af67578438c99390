package sheet

import (
	"fmt"
	"strings"

	"ferry/core"
)

// Remark is what the receipt says of a finished table.
func (d *files) Remark(p core.Plan) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.memory == nil {
		return ""
	}
	t := d.memory.table(p.Table)
	switch {
	case t == nil:
		return ""
	case !d.changes:
		return joined(sentence(d.words(t.Guarded, t.Long)), t.keptWords())
	case t.Told == nil || t.Told.Run != d.run:
		return d.toldRemark(t)
	}
	return joined(d.toldRemark(t), sentence(d.words(t.Told.Guarded, t.Told.Long)))
}

func joined(sentences ...string) string { return strings.TrimSpace(strings.Join(sentences, " ")) }

// sentence makes one of words that begin small and have no full stop.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:] + "."
}

// said tells of the tables that are there.
func (d *files) said(m *memory, tables []string) string {
	made, guarded, long := 0, int64(0), int64(0)
	for _, name := range tables {
		if t := m.table(name); t != nil && t.Written {
			made, guarded, long = made+1, guarded+t.Guarded, long+t.Long
		}
	}
	words := fmt.Sprintf("%d of %d tables there already, the others are made by the import", made, len(tables))
	if more := d.words(guarded, long); more != "" {
		words += "; " + more
	}
	return words
}

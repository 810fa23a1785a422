package hub

import "github.com/hotlane/hotlane/platform/realtime"

// window is the newest entries of a log. What it has given out is not changed: entries are only appended, and the array is left
// behind when its older half is not wanted any more.
type window struct {
	all   []realtime.Entry
	first int // of those that still count
	bytes int
}

func size(e *realtime.Entry) int {
	return 128 + len(e.Data) + len(e.Op.Instance) + len(e.Client) + len(e.User)
}

func (w *window) reset() { *w = window{} }

// add appends, and lets go of the oldest beyond the bounds. The newest stays in any case.
func (w *window) add(entries []realtime.Entry, most, bytes int) {
	for i := range entries {
		w.bytes += size(&entries[i])
	}
	if w.first > 32 && w.first > len(w.all)/2 {
		w.all = append(make([]realtime.Entry, 0, 2*(len(w.all)-w.first)+len(entries)), w.all[w.first:]...)
		w.first = 0
	}
	w.all = append(w.all, entries...)
	for len(w.all)-w.first > 1 && (len(w.all)-w.first > most || w.bytes > bytes) {
		w.bytes -= size(&w.all[w.first])
		w.first++
	}
}

// entries are all, oldest first.
func (w *window) entries() []realtime.Entry { return w.all[w.first:len(w.all):len(w.all)] }

// after is what lies behind an offset; false: not all of it is here. The log is at head.
func (w *window) after(offset, head uint64) ([]realtime.Entry, bool) {
	n := head - offset
	have := w.entries()
	if offset > head || n > uint64(len(have)) {
		return nil, false
	}
	return have[uint64(len(have))-n:], true
}

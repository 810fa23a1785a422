package hub

import "github.com/hotlane/hotlane/platform/realtime"

// window is the newest entries of a log. What it has given out is not changed: entries are only appended, and the array is left
// behind when more of it is not wanted any more than is.
type window struct {
	all   []realtime.Entry
	first int // of those that still count
	bytes int // of them
	dead  int // of those before, which the array still holds
}

const (
	leastEntries = 16      // that a channel keeps when all windows together are too large
	leastBytes   = 4 << 10 // of them
)

func size(e *realtime.Entry) int {
	return 128 + len(e.Data) + len(e.Op.Instance) + len(e.Client) + len(e.User)
}

// held is the bytes that it keeps in memory.
func (w *window) held() int { return w.bytes + w.dead }

// add appends, and lets go of the oldest beyond the bounds. The newest stays in any case.
func (w *window) add(entries []realtime.Entry, most, bytes int) {
	for i := range entries {
		w.bytes += size(&entries[i])
	}
	w.all = append(w.all, entries...)
	for len(w.all)-w.first > 1 && (len(w.all)-w.first > most || w.bytes > bytes) {
		n := size(&w.all[w.first])
		w.bytes -= n
		w.dead += n
		w.first++
	}
	if w.dead > max(w.bytes, leastBytes) {
		w.all = append(make([]realtime.Entry, 0, 2*(len(w.all)-w.first)), w.all[w.first:]...)
		w.first, w.dead = 0, 0
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

// remember puts the next entries into the window. When all windows of the hub are too large, this one becomes small. mu is held.
func (c *channel) remember(entries []realtime.Entry) {
	cfg := &c.hub.cfg
	most, bytes := cfg.WindowEntries, cfg.WindowBytes
	if c.hub.windows.Load() > int64(cfg.WindowAll) {
		most, bytes = min(most, leastEntries), min(bytes, leastBytes)
	}
	before := c.window.held()
	c.window.add(entries, most, bytes)
	c.hub.windows.Add(int64(c.window.held() - before))
}

// unremember lets go of the window. mu is held.
func (c *channel) unremember() {
	c.hub.windows.Add(-int64(c.window.held()))
	c.window = window{}
}

// closeForMemory closes channels that are idle while the windows are close to their bound, so that those in use keep theirs.
func (h *Hub) closeForMemory() {
	near := int64(h.cfg.WindowAll) - int64(h.cfg.WindowAll)/8
	for h.windows.Load() > near && h.closeIdlest() {
	}
}

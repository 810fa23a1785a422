package board

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// site is a client as a client is: it has a copy of the board up to some offset, and sends operations again until they are acknowledged.
type site struct {
	by      By
	board   *Board
	at      int // entries applied
	waiting []sent
	count   int
}

type sent struct {
	op   string // its name
	data []byte
}

// server is the log: it takes each operation once, whatever is sent again.
type server struct {
	board *Board
	log   [][]byte
	done  map[string]bool
}

func (s *server) take(by By, op sent) {
	if s.done[op.op] {
		return
	}
	entry, err := s.board.Decide(by, op.data, noon)
	if err != nil {
		return
	}
	s.done[op.op] = true
	s.board.Apply(entry)
	s.log = append(s.log, entry)
}

// TestAllComeToTheSame: any clients, with any delays, operations sent twice, and reconnects from a snapshot or from where they were, come
// to the server's fold once they have its log; so does whoever reads it from a checkpoint.
func TestAllComeToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &server{board: empty(), done: map[string]bool{}}
		sites := []*site{{by: owner}, {by: minji}, {by: jun}, {by: minji}}
		for _, c := range sites {
			c.join(t, s)
		}
		deleted := map[string]bool{}
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			c := rapid.SampledFrom(sites).Draw(t, "who")
			switch rapid.SampledFrom([]string{"write", "write", "send", "send", "twice", "hear", "hear", "rejoin"}).Draw(t, "what") {
			case "write":
				c.count++
				name := fmt.Sprintf("%p:%d", c, c.count)
				c.waiting = append(c.waiting, sent{name, operation(t, c)})
			case "send":
				c.send(s, false)
			case "twice":
				c.send(s, true)
			case "hear":
				c.hear(s, rapid.IntRange(0, 5).Draw(t, "entries"))
			case "rejoin":
				c.join(t, s)
			}
			for id := range s.board.gone {
				deleted[id] = true
			}
			for id := range deleted {
				if _, there := s.board.Note(id); there {
					t.Fatalf("%s was deleted and is there again", id)
				}
			}
		}
		want := s.board.Document(Shared)
		for _, c := range sites {
			c.hear(s, len(s.log))
			if d := cmp.Diff(want, c.board.Document(Shared)); d != "" {
				t.Fatalf("a client shows something else:\n%s", d)
			}
		}
		again, err := Read(s.board.Checkpoint(), Checks{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(s.board.Checkpoint()), string(again.Checkpoint())); d != "" {
			t.Fatalf("the checkpoint read back:\n%s", d)
		}
	})
}

func (c *site) send(s *server, keep bool) {
	if len(c.waiting) == 0 {
		return
	}
	s.take(c.by, c.waiting[0])
	if !keep { // else the acknowledgement was lost
		c.waiting = c.waiting[1:]
	}
}

func (c *site) hear(s *server, most int) {
	for ; most > 0 && c.at < len(s.log); most-- {
		c.board.Apply(s.log[c.at])
		c.at++
	}
}

// join takes the snapshot of now, or of a while ago with the entries since: a checkpoint and its log.
func (c *site) join(t *rapid.T, s *server) {
	var err error
	if c.board, err = Read(s.board.Snapshot(), Checks{}); err != nil {
		t.Fatal(err)
	}
	c.at = len(s.log)
}

func operation(t *rapid.T, c *site) []byte {
	id := fmt.Sprintf("n%08d", rapid.IntRange(1, 6).Draw(t, "note"))
	n := rapid.IntRange(0, 1000).Draw(t, "n")
	switch rapid.SampledFrom([]string{"put", "put", "edit", "move", "move", "delete", "hide", "unhide", "paper", "close"}).Draw(t, "op") {
	case "put":
		return fmt.Appendf(nil, `{"t":"note.put","id":%q,"name":"x","text":"%d","x":%d,"y":%d}`, id, n, n, n)
	case "edit":
		member := rapid.SampledFrom([]string{`"text":"%d"`, `"color":"mint","z":%d`, `"y":%d`, `"name":"%d","text":"\u0000"`}).Draw(t, "member")
		return fmt.Appendf(nil, `{"t":"note.put","id":%q,`+member+`}`, id, n)
	case "move":
		return fmt.Appendf(nil, `{"t":"note.move","id":%q,"x":%d,"rot":%d}`, id, n, n%60)
	case "delete":
		return fmt.Appendf(nil, `{"t":"note.delete","id":%q}`, id)
	case "hide":
		return fmt.Appendf(nil, `{"t":"note.hide","id":%q}`, id)
	case "unhide":
		return fmt.Appendf(nil, `{"t":"note.unhide","id":%q}`, id)
	case "paper":
		return fmt.Appendf(nil, `{"t":"paper.edit","title":"%d"}`, n)
	}
	if n < 900 {
		return fmt.Appendf(nil, `{"t":"note.move","id":%q,"y":%d}`, id, n)
	}
	return []byte(`{"t":"paper.close"}`)
}

// FuzzDecide: whatever is sent is refused, or makes an entry that folds to a board that can be read back.
func FuzzDecide(f *testing.F) {
	f.Add([]byte(first))
	f.Add([]byte(`{"t":"note.move","id":"n00000001","x":3,"rot":-45}`))
	f.Add([]byte(`{"t":"paper.edit","title":"\ud83d\ude00","deadline":1772500000000}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := empty()
		do(t, b, minji, `{"t":"note.put","id":"n00000001","name":"x","text":"x","x":1,"y":1}`)
		entry, err := b.Decide(owner, data, noon)
		if err != nil {
			return
		}
		b.Apply(entry)
		again, err := Read(b.Checkpoint(), Checks{})
		if err != nil {
			t.Fatalf("%s: %v", entry, err)
		}
		if d := cmp.Diff(b.Document(All), again.Document(All)); d != "" {
			t.Fatalf("%s:\n%s", entry, d)
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	board, op := full(b), []byte(`{"op":"abcdefgh:1","ref":"x:1","t":"note.put","id":"n00000007","text":"생일 축하해! 올해도 좋은 일만 가득하길","x":300,"y":200,"color":"mint"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := board.Decide(minji, op, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	board := full(b)
	entry := []byte(`{"t":"note.move","id":"n00000007","by":"aminji","at":1,"ref":"x:1","x":300,"y":200,"rot":3}`)
	b.ReportAllocs()
	for b.Loop() {
		board.Apply(entry)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	board := full(b)
	b.ReportAllocs()
	for b.Loop() {
		board.Snapshot()
	}
}

func full(b testing.TB) *Board {
	board := empty()
	for i := range 500 {
		do(b, board, minji, fmt.Sprintf(`{"t":"note.put","id":"n%08d","name":"Minji","text":"hello to you all","x":%d,"y":1}`, i, i))
	}
	return board
}

// TestDecisionsAllocateLittle: what an operation leaves behind is what is kept of it, however many notes there are.
func TestDecisionsAllocateLittle(t *testing.T) {
	board := full(t)
	op, entry := []byte(`{"op":"abcdefgh:1","t":"note.move","id":"n00000007","x":300,"y":200,"rot":3}`), []byte(`{"t":"note.move","id":"n00000007","by":"aminji","at":1,"x":3}`)
	var err error
	if n := testing.AllocsPerRun(100, func() { _, err = board.Decide(minji, op, noon) }); n > 5 || err != nil {
		t.Errorf("deciding allocates %v times, %v", n, err)
	}
	if n := testing.AllocsPerRun(100, func() { board.Apply(entry) }); n > 4 {
		t.Errorf("folding allocates %v times", n)
	}
	if n := testing.AllocsPerRun(10, func() { board.Snapshot() }); n > 2 {
		t.Errorf("a snapshot allocates %v times", n)
	}
}

package board

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	noon  = time.UnixMilli(1_772_400_000_000)
	owner = By{Owner, "aowner"}
	minji = By{Writer, "aminji"}
	jun   = By{Writer, "ajun"}
	guest = By{Reader, "aguest"}
)

func empty() *Board {
	return New(Paper{Title: "t", Recipient: "r", Theme: "paper", Size: "small", Zone: "UTC", Writers: WritersLink, State: Open}, Checks{
		Image: func(name string) bool { return strings.HasPrefix(name, "good") },
		Zone:  func(name string) bool { return name == "UTC" || name == "Asia/Seoul" },
	})
}

// do decides and applies.
func do(t testing.TB, b *Board, by By, op string) string {
	t.Helper()
	entry, err := b.Decide(by, []byte(op), noon)
	if err != nil {
		t.Fatalf("%s: %v", op, err)
	}
	b.Apply(entry)
	return string(entry)
}

const first = `{"op":"abcdefgh:1","t":"note.put","id":"n00000001","name":"Minji","text":"hello","x":10,"y":20}`

func TestEntries(t *testing.T) {
	at := fmt.Sprint(noon.UnixMilli())
	for _, c := range []struct{ name, op, entry string }{
		{
			"a new note has all fields",
			`{"op":"abcdefgh:1","ref":"a:1","t":"note.put","id":"n00000002","name":"Jun","text":"a\r\nb","x":1,"y":2}`,
			`{"t":"note.put","id":"n00000002","by":"aminji","at":` + at + `,"ref":"a:1","new":true,"name":"Jun","text":"a\nb","color":"lemon","font":"sans","x":1,"y":2,"w":220,"rot":0,"z":2}`,
		},
		{
			"an edit has what it names", `{"t":"note.put","id":"n00000001","text":"","image":"good.1.2.s"}`,
			`{"t":"note.put","id":"n00000001","by":"aminji","at":` + at + `,"text":"","image":"good.1.2.s"}`,
		},
		{"a move", `{"t":"note.move","id":"n00000001","x":3,"rot":-45}`, `{"t":"note.move","id":"n00000001","by":"aminji","at":` + at + `,"x":3,"rot":-45}`},
		{"a delete", `{"t":"note.delete","id":"n00000001"}`, `{"t":"note.delete","id":"n00000001","by":"aminji","at":` + at + `}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := empty()
			do(t, b, minji, first)
			got, err := b.Decide(minji, []byte(c.op), noon)
			if err != nil || string(got) != c.entry {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.entry)
			}
			if !Is(got, strings.Split(c.entry, `"`)[3]) || Is(got, "note") || SetsImage(got) != strings.Contains(c.entry, "image") {
				t.Errorf("what it is cannot be told: %s", got)
			}
		})
	}
}

func TestTheLastWriterOfAFieldWins(t *testing.T) {
	b := empty()
	do(t, b, minji, first)
	do(t, b, minji, `{"t":"note.move","id":"n00000001","x":100,"y":200}`)
	do(t, b, owner, `{"t":"note.put","id":"n00000001","text":"by the owner","color":"mint"}`)
	do(t, b, minji, `{"t":"note.put","id":"n00000001","color":"rose","y":7}`)
	want := Note{
		ID: "n00000001", By: "aminji", Name: "Minji", Text: "by the owner", Color: "rose", Font: "sans", X: 100, Y: 7, W: Width, Z: 1,
		At: noon.UnixMilli(), Edited: noon.UnixMilli(),
	}
	got, _ := b.Note("n00000001")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRulesAreNamed(t *testing.T) {
	long := strings.Repeat("가", MaxText+1)
	for _, c := range []struct {
		op   string
		want []string
	}{
		{`[]`, []string{"", "/t"}},
		{`{"t":"note.put"`, []string{""}},
		{`{"t":"note.burn"}`, []string{"/t"}},
		{`{"t":"note.delete","id":"n00000001"} {}`, []string{""}},
		{`{"t":"note.delete","id":"n00000001","id":"n00000001"}`, []string{""}},
		{`{"t":"note.delete","id":"1"}`, []string{"/id"}},
		{`{"t":"note.delete","id":"n00000001","x":1}`, []string{"/x"}},
		{`{"t":"note.delete","id":"n00000001","what":{"deep":[1]}}`, []string{"/what"}},
		{`{"t":"note.delete","id":"n00000001","by":"aowner"}`, []string{"/by"}},
		{`{"t":"note.delete","id":"n00000001","ref":"a b"}`, []string{"/ref"}},
		{`{"t":"note.move","id":"n00000001"}`, []string{""}},
		{`{"t":"note.move","id":"n00000001","x":-1,"y":1601,"rot":46,"z":-1}`, []string{"/x", "/y", "/rot", "/z"}},
		{`{"t":"note.move","id":"n00000001","x":1.5,"y":"2","rot":1e3}`, []string{"/x", "/y", "/rot"}},
		{`{"t":"note.move","id":"n00000001","x":1,"text":"no"}`, []string{"/text"}},
		{`{"t":"note.put","id":"n00000001"}`, []string{""}},
		{`{"t":"note.put","id":"n00000001","text":"  "}`, []string{"/text"}},
		{`{"t":"note.put","id":"n00000001","text":"` + long + `"}`, []string{"/text"}},
		{`{"t":"note.put","id":"n00000001","text":"` + strings.Repeat(`\n`, MaxLines) + `x"}`, []string{"/text"}},
		{`{"t":"note.put","id":"n00000001","text":"a\u202eb"}`, []string{"/text"}},
		{`{"t":"note.put","id":"n00000001","text":7,"name":null}`, []string{"/text", "/name"}},
		{`{"t":"note.put","id":"n00000001","name":"a\nb","color":"black","font":"comic","w":601,"image":"bad.1.2.s"}`, []string{"/name", "/color", "/font", "/w", "/image"}},
		{`{"t":"note.put","id":"n00000001","new":"yes","x":1}`, []string{"/new"}},
		{`{"t":"note.put","id":"n00000009"}`, []string{"/name", "/x", "/y", "/text"}},
		{`{"t":"paper.edit"}`, []string{""}},
		{
			`{"t":"paper.edit","title":" ","recipient":"` + strings.Repeat("x", 61) + `","theme":"","size":"tiny","zone":"Mars/Base","writers":"all","deadline":1}`,
			[]string{"/title", "/recipient", "/theme", "/size", "/deadline", "/zone", "/writers"},
		},
		{`{"t":"paper.close","title":"x"}`, []string{"/title"}},
	} {
		b := empty()
		do(t, b, minji, first)
		before := string(b.Checkpoint())
		_, err := b.Decide(owner, []byte(c.op), noon)
		r, ok := errors.AsType[*Refusal](err)
		if !ok || r.Reason != Broken {
			t.Errorf("%s: %v", c.op, err)
			continue
		}
		var got []string
		for _, rule := range r.Rules {
			got = append(got, rule.Pointer)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%.200s:\n got %q\nwant %q", c.op, got, c.want)
		}
		if string(b.Checkpoint()) != before {
			t.Errorf("%s changed the board", c.op)
		}
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	const (
		none = "n00000009"
		put  = `{"t":"note.put","id":"%s","name":"x","text":"x","x":1,"y":1}`
	)
	on := func(t, id string) string { return fmt.Sprintf(`{"t":%q,"id":%q}`, t, id) }
	move := func(id string) string { return fmt.Sprintf(`{"t":"note.move","id":%q,"x":1}`, id) }
	const yes = Reason(200)
	for _, c := range []struct {
		op                                 string
		owner, author, other, reader, late Reason // late: of the owner, once the paper is closed
	}{
		{fmt.Sprintf(put, none), yes, yes, yes, ReadOnly, IsClosed},
		{fmt.Sprintf(put, "n00000001"), yes, yes, NotYours, ReadOnly, IsClosed},
		{move("n00000001"), yes, yes, NotYours, ReadOnly, IsClosed},
		{on("note.delete", "n00000001"), yes, yes, NotYours, ReadOnly, IsClosed},
		{on("note.hide", "n00000001"), yes, NotOwner, NotOwner, ReadOnly, IsClosed},
		{on("note.unhide", "n00000001"), yes, NotOwner, NotOwner, ReadOnly, IsClosed},
		{move("n00000002"), yes, IsHidden, NotYours, ReadOnly, IsClosed},
		{fmt.Sprintf(put, "n00000002"), IsHidden, IsHidden, NotYours, ReadOnly, IsClosed},
		{on("note.delete", "n00000002"), yes, yes, NotYours, ReadOnly, IsClosed},
		{move("n00000003"), NoteGone, NoteGone, NoteGone, ReadOnly, IsClosed},
		{fmt.Sprintf(put, "n00000003"), NoteGone, NoteGone, NoteGone, ReadOnly, IsClosed},
		{move(none), NoNote, NoNote, NoNote, ReadOnly, IsClosed},
		{on("note.delete", none), NoNote, NoNote, NoNote, ReadOnly, IsClosed},
		{strings.Replace(fmt.Sprintf(put, none), "{", `{"new":false,`, 1), NoNote, NoNote, NoNote, ReadOnly, IsClosed},
		{strings.Replace(fmt.Sprintf(put, "n00000001"), "{", `{"new":true,`, 1), NoteThere, NoteThere, NotYours, ReadOnly, IsClosed},
		{`{"t":"paper.edit","title":"x"}`, yes, NotOwner, NotOwner, ReadOnly, IsClosed},
		{`{"t":"paper.close"}`, yes, NotOwner, NotOwner, ReadOnly, IsClosed},
		{`{"t":"paper.deliver"}`, yes, NotOwner, NotOwner, ReadOnly, IsClosed},
	} {
		b := empty()
		for _, id := range []string{"n00000001", "n00000002", "n00000003"} {
			do(t, b, minji, fmt.Sprintf(put, id))
		}
		do(t, b, owner, on("note.hide", "n00000002"))
		do(t, b, owner, on("note.delete", "n00000003"))
		check := func(who string, by By, want Reason) {
			_, err := b.Decide(by, []byte(c.op), noon)
			r, _ := errors.AsType[*Refusal](err)
			if want == yes && err != nil || want != yes && (r == nil || r.Reason != want) {
				t.Errorf("%s, the %s: %v, want reason %d", c.op, who, err, want)
			}
		}
		check("owner", owner, c.owner)
		check("author", minji, c.author)
		check("other", jun, c.other)
		check("reader", guest, c.reader)
		do(t, b, owner, `{"t":"paper.close"}`)
		check("owner of a closed one", owner, c.late)
	}
}

func TestTheDeadlineIsAPredicate(t *testing.T) {
	b := empty()
	do(t, b, owner, fmt.Sprintf(`{"t":"paper.edit","deadline":%d}`, noon.Add(time.Hour).UnixMilli()))
	for _, c := range []struct {
		after time.Duration
		taken bool
	}{{time.Hour - time.Millisecond, true}, {time.Hour, false}, {2 * time.Hour, false}} {
		_, err := b.Decide(minji, []byte(first), noon.Add(c.after))
		if (err == nil) != c.taken {
			t.Errorf("after %v: %v", c.after, err)
		}
		if err := b.May(minji, "n00000001", noon.Add(c.after)); errors.Is(err, refuse(IsClosed)) {
			t.Error(err)
		}
	}
	if _, err := b.Decide(owner, []byte(`{"t":"paper.close"}`), noon.Add(3*time.Hour)); err != nil {
		t.Errorf("it cannot be closed any more: %v", err)
	}
}

func TestHiddenNotes(t *testing.T) {
	b := empty()
	do(t, b, minji, first)
	do(t, b, owner, `{"t":"note.hide","id":"n00000001"}`)
	if s := string(b.Snapshot()); strings.Contains(s, "hello") || strings.Contains(s, "Minji") || !strings.Contains(s, `"hidden":true`) {
		t.Errorf("all get %s", s)
	}
	if got := len(b.Document(Kept).Notes); got != 0 {
		t.Errorf("the recipient gets %d notes", got)
	}
	if n := b.Document(All).Notes[0]; n.Text != "hello" || !n.Hidden {
		t.Errorf("the owner gets %+v", n)
	}
	if d := cmp.Diff(b.Document(Shared), b.Document(All).View(Shared)); d != "" {
		t.Error(d)
	}
	theirs := New(b.Paper(), Checks{})
	theirs.add(&b.Document(Shared).Notes[0])
	theirs.Apply([]byte(do(t, b, owner, `{"t":"note.unhide","id":"n00000001"}`)))
	if d := cmp.Diff(b.Document(All), theirs.Document(All)); d != "" {
		t.Errorf("who never saw it shows something else:\n%s", d)
	}
}

func TestTooMany(t *testing.T) {
	b := empty()
	put := func(i int) string {
		return fmt.Sprintf(`{"t":"note.put","id":"n%08d","name":"x","text":"x","x":%d,"y":1}`, i, i%1000)
	}
	refused := func(op string, want Reason) {
		t.Helper()
		_, err := b.Decide(minji, []byte(op), noon)
		if r, _ := errors.AsType[*Refusal](err); r == nil || r.Reason != want {
			t.Errorf("%v, want reason %d", err, want)
		}
	}
	made := 0
	for ; made < MaxNotes; made++ {
		do(t, b, minji, put(made))
	}
	refused(put(made), IsFull)
	do(t, b, minji, put(0)) // an edit is none more
	for gone := 0; made < MaxMade; made, gone = made+1, gone+1 {
		do(t, b, minji, fmt.Sprintf(`{"t":"note.delete","id":"n%08d"}`, gone))
		do(t, b, minji, put(made))
	}
	do(t, b, minji, fmt.Sprintf(`{"t":"note.delete","id":"n%08d"}`, made-1))
	refused(put(made), IsWorn)
	again, err := Read(b.Checkpoint(), Checks{})
	if err != nil || again.Len() != MaxNotes-1 || len(again.gone) != MaxMade-MaxNotes+1 {
		t.Errorf("read back: %d notes, %d gone, %v", again.Len(), len(again.gone), err)
	}
}

func TestASmallerSizeMustHoldAllNotes(t *testing.T) {
	b := empty()
	do(t, b, owner, `{"t":"paper.edit","size":"huge"}`)
	do(t, b, minji, `{"t":"note.put","id":"n00000001","name":"x","text":"x","x":4800,"y":7200}`)
	if _, err := b.Decide(owner, []byte(`{"t":"paper.edit","size":"large"}`), noon); err == nil {
		t.Error("a note lies outside")
	}
	do(t, b, minji, `{"t":"note.move","id":"n00000001","x":2400,"y":3600}`)
	do(t, b, owner, `{"t":"paper.edit","size":"large"}`)
	if p := b.Paper(); p.W != 2400 || p.H != 3600 {
		t.Errorf("%+v", p)
	}
}

func TestWhatANewerVersionWrote(t *testing.T) {
	if _, err := Read([]byte(`{"v":2,"paper":{"shape":"round"},"pages":[]}`), Checks{}); !errors.Is(err, ErrNewer) {
		t.Errorf("a checkpoint: %v", err)
	}
	for _, bad := range []string{``, `{`, `[]`, `{"v":1,"notes":{}}`} {
		if _, err := Read([]byte(bad), Checks{}); err == nil || errors.Is(err, ErrNewer) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	b := empty()
	do(t, b, minji, first)
	before := string(b.Checkpoint())
	for _, entry := range []string{`{"t":"note.sparkle","id":"n00000001","x":5}`, `{"t":"note.move","id":"n00000001","tilt":{"deep":[]}}`, `{"t":7}`, `{`, ``} {
		b.Apply([]byte(entry))
	}
	if got := string(b.Checkpoint()); got != before {
		t.Errorf("an entry that is not known changed it to %s", got)
	}
}

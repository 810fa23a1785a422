package papers

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
)

// maxPeople is how many connections may be in one paper on one node.
const maxPeople = 500

// Channels are the papers that are open.
func (l *Lane) Channels() []realtime.Channel {
	return []realtime.Channel{{Prefix: livePrefix, Anonymous: true, Members: maxPeople, Open: l.openRoom}}
}

// room is one open paper.
type room struct {
	id    string
	board *board.Board
	kept  *record // as it was when the room was opened
	s     *Service
	store *store
	since uint64 // what was logged before is not told again
}

// openRoom makes the room of a paper. One that is closed has none: its document is read. Errors: ErrNoPaper, ErrClosed, ErrNewer.
func (l *Lane) openRoom(ctx context.Context, tx *db.Tx, name string, checkpoint []byte) (realtime.Room, error) {
	id := strings.TrimPrefix(name, livePrefix)
	r, err := readRecord(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if r.Paper.State != board.Open {
		return nil, ErrClosed
	}
	if checkpoint == nil {
		checkpoint = r.Document
	}
	one := &room{id: id, kept: r, s: l.Service, store: l.kept}
	one.board, err = l.board(r, checkpoint)
	if err != nil {
		return nil, refused(err)
	}
	return one, nil
}

// Allow lets those in whose token is for this paper.
func (r *room) Allow(_ context.Context, _ realtime.Client, s realtime.Subscribe) (realtime.Grant, error) {
	t, err := r.s.keys.open(r.id, s.Token, r.s.now())
	if err != nil {
		return realtime.Grant{}, err
	}
	info := append([]byte(`{"author":`), quote(t.by.Author)...)
	info = append(append(info, `,"name":`...), quote(t.name)...)
	info = append(append(info, `,"role":`...), quote(t.by.Role.String())...)
	return realtime.Grant{
		Publish: t.by.Role != board.Reader, Presence: true, Join: true, Expires: t.ends, Info: append(info, '}'), Role: t.by,
	}, nil
}

func quote(s string) []byte {
	b, _ := jsontext.AppendQuote(nil, s) // what is no UTF-8 is made so
	return b
}

// who is the sender, as this room let them in; anybody else only looks.
func who(by realtime.Writer) board.By {
	role, _ := by.Role.(board.By)
	return role
}

// Decide checks an operation.
func (r *room) Decide(by realtime.Writer, data []byte, now time.Time) ([]byte, error) {
	entry, err := r.board.Decide(who(by), data, now)
	if err != nil {
		return nil, refused(err)
	}
	return entry, nil
}

// Apply folds an entry in.
func (r *room) Apply(e realtime.Entry) {
	r.board.Apply(e.Data)
	if board.Is(e.Data, "note.hide") || board.Is(e.Data, "note.delete") {
		r.since = e.Offset
	}
}

// Since keeps the words of what was hidden or deleted from whoever comes later.
func (r *room) Since() uint64 { return r.since }

// Snapshot is the document.
func (r *room) Snapshot() []byte { return r.board.Snapshot() }

// Checkpoint is the board.
func (r *room) Checkpoint() []byte { return r.board.Checkpoint() }

// Commit writes what the entries change of the paper's row. The board is as the entries leave it: nothing comes behind one that closes.
func (r *room) Commit(ctx context.Context, tx *db.Tx, entries []realtime.Entry) error {
	for _, e := range entries {
		at := time.UnixMilli(e.At)
		var err error
		switch {
		case board.Is(e.Data, "note.delete"), board.SetsImage(e.Data):
			err = r.store.loosen(ctx, tx, r.id, at)
		case board.Is(e.Data, "paper.edit"):
			p := r.board.Paper()
			err = r.store.edited(ctx, tx, r.id, p, r.s.cfg.endsAt(p, r.kept.Created, time.Time{}), board.SetsDeadline(e.Data))
		case board.Is(e.Data, "paper.close"):
			err = r.store.closed(ctx, tx, r.id, r.board, at)
		case board.Is(e.Data, "paper.deliver"):
			if err = r.store.closed(ctx, tx, r.id, r.board, at); err == nil {
				err = r.store.delivered(ctx, tx, r.id, at, r.s.cfg.endsAt(r.board.Paper(), r.kept.Created, at))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// message is what goes beside the log.
type message struct {
	T   string `json:"t"`
	ID  string `json:"id"`
	X   *int   `json:"x"`
	Y   *int   `json:"y"`
	Rot *int   `json:"rot"`
	On  *bool  `json:"on"`
}

// Pass lets cursors, drags and "is writing" by, of those who may write.
func (r *room) Pass(by realtime.Writer, data []byte, now time.Time) (key string, out []byte, err error) {
	var m message
	if json.Unmarshal(data, &m, json.RejectUnknownMembers(true)) != nil {
		return "", nil, ErrMessage.With(fault.Field{Rule: "must be a cursor, a drag or a writing, with nothing but their members"})
	}
	sender, p := who(by), r.board.Paper()
	if sender.Role == board.Reader {
		return "", nil, ErrReadOnly
	}
	if p.Over(now) {
		return "", nil, ErrClosed
	}
	var broken fault.Rules
	if m.T == "cursor" || m.T == "drag" {
		broken.Check(m.X != nil && *m.X >= 0 && *m.X <= p.W, "/x", "must be 0 to "+strconv.Itoa(p.W))
		broken.Check(m.Y != nil && *m.Y >= 0 && *m.Y <= p.H, "/y", "must be 0 to "+strconv.Itoa(p.H))
	}
	broken.Check(len(m.ID) <= 25, "/id", "must be the id of a note")
	broken.Check(m.Rot == nil || *m.Rot >= -board.MaxTurn && *m.Rot <= board.MaxTurn, "/rot", "must be -45 to 45")
	if err := broken.Err(ErrMessage); err != nil {
		return "", nil, err
	}
	out = append([]byte(`{"t":`), quote(m.T)...)
	out = append(append(out, `,"client":`...), quote(by.Client)...)
	out = append(append(out, `,"by":`...), quote(sender.Author)...)
	switch m.T {
	case "cursor":
		return "c" + by.Client, m.place(out), nil
	case "drag":
		if err := r.board.May(sender, m.ID, now); err != nil {
			return "", nil, refused(err)
		}
		return "d" + m.ID, m.place(append(append(out, `,"id":`...), quote(m.ID)...)), nil
	case "writing":
		out = append(append(out, `,"id":`...), quote(m.ID)...)
		out = strconv.AppendBool(append(out, `,"on":`...), m.On == nil || *m.On)
		return "w" + by.Client, append(out, '}'), nil
	}
	return "", nil, ErrMessage.With(fault.Field{Pointer: "/t", Rule: "must be cursor, drag or writing"})
}

func (m *message) place(out []byte) []byte {
	out = strconv.AppendInt(append(out, `,"x":`...), int64(*m.X), 10)
	out = strconv.AppendInt(append(out, `,"y":`...), int64(*m.Y), 10)
	if m.T == "drag" && m.Rot != nil {
		out = strconv.AppendInt(append(out, `,"rot":`...), int64(*m.Rot), 10)
	}
	return append(out, '}')
}

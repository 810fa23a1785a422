package papers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/blob"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/rate"
	"github.com/hotlane/hotlane/platform/realtime"
)

// Store is what the rules need to be kept.
type Store interface {
	Keys(ctx context.Context, random func() []byte) (keys, error)
	Create(ctx context.Context, r *record, links map[kind]string, most int) (*record, error)
	ByLink(ctx context.Context, hash string) (*record, kind, error)
	Paper(ctx context.Context, id string) (*record, error)
	Mine(ctx context.Context, owner string, before time.Time, id string, limit int) ([]*record, error)
	Edit(ctx context.Context, id string, e edit) error

	Deliver(ctx context.Context, id string, at, ends time.Time) error
	Mailed(ctx context.Context, id, address, result string) error
	Remove(ctx context.Context, id string) error
	Erase(ctx context.Context, id string) error
	Report(ctx context.Context, paper, author string, r Report) error
	Reports(ctx context.Context, paper string) ([]Report, error)

	Loosen(ctx context.Context, id string, at time.Time) error
	Tighten(ctx context.Context, id string) error
	Due(ctx context.Context, now time.Time, limit int) ([]string, error)
	Ended(ctx context.Context, now time.Time, limit int) ([]string, error)
	Gone(ctx context.Context, limit int) ([]string, error)
	Loose(ctx context.Context, before time.Time, limit int) ([]string, error)
}

// Service is the rules of the lane. It is safe for use by many goroutines once it has started.
type Service struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	url     func() string
	store   Store
	live    realtime.Live
	images  blob.Store
	memory  *semaphore.Weighted // bytes that decoding takes
	limits  *rate.Limiter
	mail    notify.Mailer
	letters *notify.Templates
	metrics *metrics
	keep    Keep
	exports *places
	keys    keys // set by start
}

// start loads the keys.
func (s *Service) start(ctx context.Context) (err error) {
	if s.keys, err = s.store.Keys(ctx, random); err != nil {
		return fmt.Errorf("papers: keys: %w", err)
	}
	return nil
}

// access is a paper, and what somebody may do with it.
type access struct {
	*record
	role   board.Role
	author string // id; empty: they have none yet
	kind   kind   // of the link
	over   bool   // nobody writes any more
}

// enter finds the paper of a link, and what whoever has it may do. Errors: ErrNoPaper, ErrNotInvited, ErrNotDelivered.
func (s *Service) enter(ctx context.Context, by Caller, link string) (*access, error) {
	if len(link) != linkLength || !isText(link) {
		return nil, ErrNoPaper
	}
	if by.Author != "" && !goodAuthor(by.Author) {
		return nil, ErrInvalid.With(fieldAuthor)
	}
	r, of, err := s.store.ByLink(ctx, linkHash(link))
	if err != nil {
		return nil, err
	}
	a := &access{record: r, kind: of, over: r.Paper.Over(s.now()), author: s.keys.author(r.ID, by)}
	switch {
	case of == ownLink || by.User != "" && by.User == r.Owner:
		a.role = board.Owner
	case of == writeLink && r.mayWrite(by):
		a.role = board.Writer
	case of == writeLink:
		return nil, ErrNotInvited
	case r.Paper.State != board.Delivered:
		return nil, ErrNotDelivered
	}
	return a, nil
}

func (r *record) mayWrite(by Caller) bool {
	if r.Paper.Writers == board.WritersLink {
		return true
	}
	for _, user := range r.Invited {
		if user == by.User && by.User != "" {
			return true
		}
	}
	return false
}

// owned is enter for what only the owner may do.
func (s *Service) owned(ctx context.Context, by Caller, link string) (*access, error) {
	a, err := s.enter(ctx, by, link)
	if err == nil && a.role != board.Owner {
		return nil, ErrNotOwner
	}
	return a, err
}

// state is what the paper is now, whether or not the deadline's job has run.
func (a *access) state() board.State {
	if a.Paper.State == board.Open && a.over {
		return board.Closed
	}
	return a.Paper.State
}

// view is how much of the board they see.
func (a *access) view() board.View {
	switch a.role {
	case board.Owner:
		return board.All
	case board.Writer:
		return board.Shared
	}
	return board.Kept
}

// Read is a paper with its notes, for whoever has the link. Errors: as of enter.
func (s *Service) Read(ctx context.Context, by Caller, link string) (*Whole, error) {
	a, err := s.enter(ctx, by, link)
	if err != nil {
		return nil, err
	}
	w, err := s.whole(ctx, a, a.view())
	if errors.Is(err, ErrClosed) { // since it was looked at
		if a, err = s.enter(ctx, by, link); err == nil {
			w, err = s.whole(ctx, a, a.view())
		}
	}
	if err != nil || a.role != board.Owner {
		return w, err
	}
	w.Reports, err = s.store.Reports(ctx, a.ID)
	return w, err
}

// whole reads the document: from the live channel while the paper is open, the last one from then on.
func (s *Service) whole(ctx context.Context, a *access, v board.View) (*Whole, error) {
	w := &Whole{Card: s.card(a)}
	if a.Paper.State != board.Open {
		d, err := board.ReadDocument(a.Document)
		if err != nil {
			return nil, refused(err)
		}
		w.Document = d.View(v)
	} else {
		err := s.live.Look(ctx, channel(a.ID), func(r realtime.Room, at realtime.Position) {
			b := r.(*room).board
			w.Document, w.Notes = b.Document(v), b.Len()
			w.Epoch, w.Offset = at.Epoch, at.Offset
		})
		if err != nil {
			return nil, err
		}
	}
	if w.Document.Paper.State = a.state(); v == board.Kept {
		w.Notes = len(w.Document.Notes)
	}
	return w, nil
}

// card is a paper as whoever has this access sees it.
func (s *Service) card(a *access) Card {
	p := a.Paper
	c := Card{
		ID: a.ID, Role: a.role.String(), State: string(a.state()), Title: p.Title, Recipient: p.Recipient, Theme: p.Theme, Size: p.Size, Zone: p.Zone,
		Writers: p.Writers, Lang: a.Lang, Notes: a.Notes, CreatedAt: a.Created, ClosedAt: given(a.Closed), DeliveredAt: given(a.Delivered), EndsAt: a.Ends,
	}
	if p.Deadline != 0 {
		c.Deadline = given(time.UnixMilli(p.Deadline).UTC())
	}
	if a.role == board.Owner {
		c.Links, c.Invited, c.Mail, c.Mailed = s.links(a.ID), a.Invited, a.record.Mail, a.Mailed
	}
	return c
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// limit keeps what one network does to a rate. Error: ErrTooMany with the time to wait.
func (s *Service) limit(ctx context.Context, what string, by Caller, most rate.Config) error {
	return s.limits.Take(ctx, "papers:"+what+":"+by.Client, most.Bucket(), ErrTooMany)
}

// Enter is the way into a paper's live channel, under a name. Who has no author token is given one. Errors: as of enter; ErrClosed,
// ErrInvalid, ErrTooMany.
func (s *Service) Enter(ctx context.Context, by Caller, link, name string) (*Pass, error) {
	if err := s.limit(ctx, "write", by, s.cfg.Write); err != nil {
		return nil, err
	}
	if broken := board.CheckName(name); name != "" && broken != "" {
		return nil, ErrInvalid.With(field("/name", broken))
	}
	a, err := s.enter(ctx, by, link)
	if err != nil {
		return nil, err
	}
	if a.over {
		return nil, ErrClosed
	}
	who := s.authorOf(a, &by)
	ends := s.now().Add(ticketTime).Truncate(time.Second)
	token := s.keys.sign(ticket{paper: a.ID, by: board.By{Role: a.role, Author: who.ID}, name: name, ends: ends})
	return &Pass{Channel: channel(a.ID), Token: token, Expires: ends.UTC(), Role: a.role.String(), Author: who}, nil
}

// ticketTime is how long the token of a subscription is good.
const ticketTime = 10 * time.Minute

// authorOf is who they are on this paper; who is nobody yet becomes somebody.
func (s *Service) authorOf(a *access, by *Caller) Author {
	if a.author == "" {
		by.Author = newAuthor()
		a.author = s.keys.author(a.ID, *by)
	}
	who := Author{ID: a.author}
	if by.User == "" {
		who.Token = by.Author
	}
	return who
}

package papers

import (
	"context"
	"encoding/hex"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/fault"
)

var fieldAuthor = fault.Field{Pointer: "header:Paper-Author", Rule: "must be 22 letters and digits, as they were given"}

func field(pointer, rule string) fault.Field { return fault.Field{Pointer: pointer, Rule: rule} }

// checks are what a board asks about one paper.
func (s *Service) checks(paper string) board.Checks {
	return board.Checks{
		Image: func(name string) bool { return s.keys.isImage(paper, name) },
		Zone:  isZone,
	}
}

// isZone: what else lies in a computer's folder of zones is none that others know, or none at all.
func isZone(name string) bool {
	low := strings.ToLower(name)
	switch low {
	case "factory", "local", "localtime", "posixrules":
		return false
	}
	if strings.HasPrefix(low, "posix/") || strings.HasPrefix(low, "right/") {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// board of a paper: as a checkpoint has it, or empty.
func (s *Service) board(r *record, checkpoint []byte) (*board.Board, error) {
	if len(checkpoint) == 0 {
		return board.New(r.Paper, s.checks(r.ID)), nil
	}
	return board.Read(checkpoint, s.checks(r.ID))
}

// Create makes a paper. With the same Idempotency-Key again, the one that was made is the answer. Errors: ErrInvalid, ErrNeedsUser,
// ErrTooManyOwn, ErrTooMany.
func (s *Service) Create(ctx context.Context, by Caller, in *NewPaper) (*Card, error) {
	if by.User == "" && !s.cfg.Anonymous {
		return nil, ErrNeedsUser
	}
	if err := s.limit(ctx, "create", by, s.cfg.Create); err != nil {
		return nil, err
	}
	r, err := s.newRecord(by, in)
	if err != nil {
		return nil, err
	}
	links := map[kind]string{}
	for _, of := range []kind{ownLink, writeLink, readLink} {
		links[of] = linkHash(s.keys.link(of, r.ID))
	}
	made, err := s.store.Create(ctx, r, links, s.cfg.PerUser)
	if err != nil {
		return nil, err
	}
	if made.ID == r.ID {
		s.metrics.created.Inc()
	}
	c := s.card(&access{record: made, role: board.Owner, over: made.Paper.Over(s.now())})
	return &c, nil
}

func (s *Service) newRecord(by Caller, in *NewPaper) (*record, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	r := &record{
		ID: text(random(), idLength), Owner: by.User, Invited: in.Invited, Mail: in.Mail, Lang: in.Lang, Created: now,
		Paper: board.Paper{
			Title: in.Title, Recipient: in.Recipient, Theme: in.Theme, Size: in.Size, Zone: in.Zone, Writers: in.Writers, State: board.Open,
		},
	}
	p := &r.Paper
	fill(&p.Theme, board.Themes()[0])
	fill(&p.Size, board.Sizes()[0].Name)
	fill(&p.Zone, "UTC")
	fill(&p.Writers, board.WritersLink)
	fill(&r.Lang, "en")
	if !in.Deadline.IsZero() {
		p.Deadline = in.Deadline.UnixMilli()
	}
	r.Ends = s.cfg.endsAt(*p, now, time.Time{})
	if in.Key != "" {
		sent, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		r.Idem = hex.EncodeToString(s.keys.sum("create", by.User, in.Key, string(sent))[:16]) // something else under the same key is another
	}
	var broken fault.Rules
	broken.Add(fieldsOf(board.CheckPaper(*p, s.checks(r.ID), now))...)
	broken.Check(in.Key == "" || goodKey(in.Key), "header:Idempotency-Key", "must be 16 to 64 letters, digits, _ or -")
	checkPrivate(&broken, edit{Invited: &r.Invited, Mail: &r.Mail, Lang: &r.Lang})
	return r, broken.Err(ErrInvalid)
}

func fill(s *string, otherwise string) {
	if *s == "" {
		*s = otherwise
	}
}

func goodKey(s string) bool {
	return len(s) >= 16 && len(s) <= 64 && strings.Trim(s, alphabet+"_-") == ""
}

const maxInvited = 500

func checkPrivate(r *fault.Rules, e edit) {
	if e.Mail != nil && *e.Mail != "" {
		to, err := mail.ParseAddress(*e.Mail)
		r.Check(err == nil && to.Address == *e.Mail && len(*e.Mail) <= 254, "/mail", "must be an email address, or empty")
	}
	if e.Lang != nil {
		r.Check(*e.Lang == "ko" || *e.Lang == "en", "/lang", "must be ko or en")
	}
	if e.Invited == nil {
		return
	}
	r.Check(len(*e.Invited) <= maxInvited, "/invited", "must be at most 500")
	for i, user := range *e.Invited {
		if user == "" || len(user) > 100 {
			r.Check(false, "/invited/"+strconv.Itoa(i), "must be 1 to 100 bytes")
			return
		}
	}
}

// Mine are the papers of a user, the newest first, and where the next page begins. Error: ErrInvalid.
func (s *Service) Mine(ctx context.Context, by Caller, after string, limit int) ([]Card, string, error) {
	before, id := s.now().Add(time.Hour), "" // of nodes whose clocks are ahead, too
	if after != "" {
		at, last, ok := strings.Cut(after, ".")
		micros, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil || micros <= 0 || !isText(last) {
			return nil, "", ErrInvalid.With(field("query:after", "must be next of the page before"))
		}
		before, id = time.UnixMicro(micros), last
	}
	list, err := s.store.Mine(ctx, by.User, before, id, limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = strconv.FormatInt(last.Created.UnixMicro(), 10) + "." + last.ID
	}
	cards := make([]Card, 0, len(list))
	for _, r := range list {
		cards = append(cards, s.card(&access{record: r, role: board.Owner, over: r.Paper.Over(s.now())}))
	}
	return cards, next, nil
}

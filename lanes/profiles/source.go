package profiles

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/profiles/budget"
	"github.com/hotlane/hotlane/lanes/profiles/document"
)

// source is a source's parts on this node.
type source struct {
	cfg      Source
	id       document.Pointer
	username document.Pointer
	mapping  mapping
	upstream *upstream
	pacer    *pacer
	drift    *drift
	trouble  trouble
}

// newSource makes the parts of a source. dbNow is the database's clock: what all nodes share goes by it.
func newSource(cfg Source, deps lane.Deps, st *store, m *metrics, dbNow func() time.Time) *source {
	cfg = cfg.withDefaults()
	src := &source{
		cfg: cfg, mapping: newMapping(cfg),
		drift: &drift{source: cfg.Name, store: st, log: deps.Log, now: deps.Now, metrics: m, counts: map[seen]int64{}},
	}
	src.id, _ = document.ParsePointer(cfg.ID) // Validate has looked
	src.username, _ = document.ParsePointer(cfg.Username)
	interval := budget.Budget{Rate: cfg.Rate}.Interval()
	src.pacer = newPacer(cfg, func(ctx context.Context, n int) (slots, error) {
		return st.Slots(ctx, cfg.Name, n, dbNow().UnixMicro(), interval, ahead)
	}, dbNow)
	src.upstream = newUpstream(cfg, deps, before)
	return src
}

func (s *source) fold(username string) string { return fold(username, s.cfg.IgnoreCase) }

// unaskable: the source cannot be asked by id, and no username is known.
func (s *source) unaskable(a ask, known *record) bool {
	return a.by == byID && !s.upstream.asksByID() && (known == nil || known.Name == "")
}

// who is whom a document is about: what it does not say, or what cannot be an id or username, is "".
func (s *source) who(doc *document.Node) (id, username string) {
	return nameIn(doc.At(s.id)), nameIn(doc.At(s.username))
}

// nameIn is a text or number that can be a name; true and false are nobody's.
func nameIn(n *document.Node) string {
	text, ok := n.Scalar()
	if !ok || n.Kind == document.Bool || checkName(text, "") != nil {
		return ""
	}
	return text
}

// subject is whom a document is about.
type subject struct{ id, username string }

// Why a document is refused as somebody else's, or nobody's.
var (
	errStranger  = errors.New("the document is about somebody else")
	errAnonymous = errors.New("the document does not say whom it is about")
)

// identify says whom a document is about, if it is an answer to what was asked by b for name. Of whom we know already, one of id and
// username is enough; of all others both must be there.
func (s *source) identify(doc *document.Node, b by, name string, known *record) (subject, error) {
	p := subject{}
	p.id, p.username = s.who(doc)
	if p.id == "" && p.username == "" || known == nil && (p.id == "" || p.username == "") {
		return p, errAnonymous
	}
	same := p.id == "" || p.id == name
	if b == byUsername {
		same = p.username == "" || s.fold(p.username) == s.fold(name)
	}
	switch {
	case !same:
		return p, errStranger
	case p.id == "":
		p.id = known.ID
		same = s.fold(p.username) == known.Name
	case p.username == "":
		p.username = known.Username
		same = p.id == known.ID
	}
	if !same {
		return p, errStranger
	}
	return p, nil
}

// trouble is what went wrong last with a source, for operators.
type trouble struct {
	mu   sync.Mutex
	at   time.Time
	text string
}

func (t *trouble) note(at time.Time, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at, t.text = at, text
}

func (t *trouble) last() (time.Time, string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at, t.text
}

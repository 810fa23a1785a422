package profiles

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

// entry is what the cache keeps of one question: a profile that is ready to be sent, or why there is none. It is never changed.
type entry struct {
	profile Profile // without what is of an answer
	body    []byte  // its JSON, up to the age; the document is a part of it
	marks   []mark  // of the person
	fresh   time.Duration

	answer string    // why there is none; "": there is
	until  time.Time // for how long that is known
	erased bool
}

// entryOf makes a record ready to be sent.
func (s *Service) entryOf(src *source, r *record) (*entry, error) {
	e := &entry{fresh: src.cfg.Fresh, marks: []mark{s.erased.mark(r.Source, byID, r.ID)}}
	if r.Name != "" {
		e.marks = append(e.marks, s.erased.mark(r.Source, byUsername, r.Name))
	}
	e.profile = Profile{
		Source: r.Source, ID: r.ID, Username: r.Username, Drifted: r.Drifted, Fetched: time.UnixMicro(r.Fetched).UTC(), ETag: etag(r),
	}
	if err := json.Unmarshal([]byte(r.Card), &e.profile.Card); err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(r.Document)+len(r.Card)+256)
	b = append(b, `{"source":`...)
	b = appendString(b, r.Source)
	b = append(b, `,"id":`...)
	b = appendString(b, r.ID)
	b = append(b, `,"username":`...)
	b = appendString(b, r.Username)
	b = append(b, `,"card":`...)
	b = append(b, r.Card...)
	if r.Drifted {
		b = append(b, `,"drifted":true`...)
	}
	b = append(b, `,"fetched_at":"`...)
	b = e.profile.Fetched.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","document":`...)
	from := len(b)
	b = append(b, r.Document...)
	e.body, e.profile.Document = b, Raw(b[from:len(b):len(b)])
	return e, nil
}

func appendString(b []byte, s string) []byte {
	j, err := json.Marshal(s)
	if err != nil { // a string
		panic(err)
	}
	return append(b, j...)
}

// etag is of what the answer says but for its age.
func etag(r *record) string {
	h := sha256.New()
	for _, part := range [...]string{r.ID, r.Username, r.Card, strconv.FormatBool(r.Drifted)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(r.Document)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// at is the profile as it is answered at a time.
func (e *entry) at(now time.Time) *Profile {
	p := e.profile
	p.entry = e
	p.Age = max(0, now.Sub(p.Fetched))
	p.Fresh = max(0, e.fresh-p.Age)
	p.Stale = p.Fresh == 0
	return &p
}

// AppendJSON writes the profile; all but its age was written when it was loaded.
func (p *Profile) AppendJSON(b []byte) []byte { return p.appendAge(append(b, p.entry.body...)) }

// appendWithoutDocument is AppendJSON for lists.
func (p *Profile) appendWithoutDocument(b []byte) []byte {
	body := p.entry.body
	return p.appendAge(append(b, body[:len(body)-len(p.Document)-len(`,"document":`)]...))
}

func (p *Profile) appendAge(b []byte) []byte {
	b = append(b, `,"age_s":`...)
	b = strconv.AppendInt(b, int64(p.Age/time.Second), 10)
	b = append(b, `,"stale":`...)
	b = strconv.AppendBool(b, p.Stale)
	return append(b, '}')
}

// size is about what an entry takes in memory.
func (e *entry) size() int { return 2*len(e.body) - len(e.profile.Document) + 600 }

// loaded is an entry with the times of its record.
func (s *Service) loaded(src *source, r *record) (l cache.Loaded[*entry], err error) {
	e, err := s.entryOf(src, r)
	if err != nil {
		return l, err
	}
	at := time.UnixMicro(r.Fetched)
	return cache.Loaded[*entry]{Value: e, Renew: at.Add(src.cfg.Fresh), End: at.Add(src.cfg.Stale)}, nil
}

// negative is an entry without a profile, for as long as that is known.
func negative(answer string, until time.Time) cache.Loaded[*entry] {
	return cache.Loaded[*entry]{Value: &entry{answer: answer, until: until}, Renew: until, End: until}
}

// wire is an entry as other nodes read it: the length of its JSON in four bytes, that JSON, the document.
type wire struct {
	Version int
	Record  record // without its document
	Answer  string
	Until   int64
	Erased  bool
}

const wireVersion = 1

var errWire = errors.New("an entry of another version, or none at all")

func encodeEntry(e *entry) ([]byte, error) {
	w := wire{Version: wireVersion, Answer: e.answer, Erased: e.erased}
	if e.answer == "" {
		p := &e.profile
		card, err := json.Marshal(p.Card)
		if err != nil {
			return nil, err
		}
		w.Record = record{Source: p.Source, ID: p.ID, Username: p.Username, Card: string(card), Drifted: p.Drifted, Fetched: p.Fetched.UnixMicro()}
	} else {
		w.Until = e.until.UnixMicro()
	}
	head, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 4, 4+len(head)+len(e.profile.Document))
	binary.BigEndian.PutUint32(b, uint32(len(head)))
	b = append(b, head...)
	return append(b, e.profile.Document...), nil
}

func (s *Service) decodeEntry(b []byte) (*entry, error) {
	if len(b) < 4 || uint32(len(b)-4) < binary.BigEndian.Uint32(b) {
		return nil, errWire
	}
	n := 4 + int(binary.BigEndian.Uint32(b))
	var w wire
	if err := json.Unmarshal(b[4:n], &w); err != nil || w.Version != wireVersion {
		return nil, errWire
	}
	if w.Answer != "" {
		return &entry{answer: w.Answer, until: time.UnixMicro(w.Until), erased: w.Erased}, nil
	}
	src := s.sources[w.Record.Source]
	if src == nil {
		return nil, errWire
	}
	r := w.Record
	r.Document, r.Name = b[n:], src.fold(r.Username)
	return s.entryOf(src, &r)
}

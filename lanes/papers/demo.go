package papers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/blob"
)

// Ids of the demo's papers.
const (
	demoOpen      = "demoBirthday0001"
	demoDelivered = "demoFarewell0001"
)

// demoPaper is one paper of a demo.
type demoPaper struct {
	id     string
	paper  board.Paper
	lang   string
	began  time.Duration // how long ago
	handed time.Duration // how long ago it was delivered; 0: it is open
	notes  []demoNote
}

// demoNote is one note. w, rot and z follow where they are 0.
type demoNote struct {
	name, text, color, font string
	x, y, w, rot            int
	picture                 bool
}

// Demo makes a paper that is being written and one that was delivered. Where they are there already, it changes nothing.
func (l *Lane) Demo(ctx context.Context) error {
	now := l.now().UTC().Truncate(time.Second)
	for _, d := range []demoPaper{demoBirthday(now), demoFarewell()} {
		_, err := l.kept.Paper(ctx, d.id)
		if errors.Is(err, ErrNoPaper) {
			err = l.demoPaper(ctx, d, now)
		}
		if err != nil {
			return fmt.Errorf("papers: the demo's paper %s: %w", d.id, err)
		}
	}
	return nil
}

func (l *Lane) demoPaper(ctx context.Context, d demoPaper, now time.Time) error {
	r := &record{ID: d.id, Paper: d.paper, Lang: d.lang, Created: now.Add(-d.began)}
	r.Ends = l.cfg.endsAt(r.Paper, now, time.Time{})
	b := board.New(r.Paper, l.checks(r.ID))
	each := (d.began - d.handed) / time.Duration(len(d.notes)+1)
	for i, n := range d.notes {
		if err := l.demoNote(ctx, b, r, i, n, r.Created.Add(time.Duration(i+1)*each)); err != nil {
			return fmt.Errorf("note %d: %w", i, err)
		}
	}
	if d.handed != 0 {
		p := b.Paper()
		p.State = board.Delivered
		b.SetPaper(p)
		r.Paper.State, r.Notes = board.Delivered, b.Len()
		r.Closed, r.Delivered = now.Add(-d.handed), now.Add(-d.handed)
		r.Ends = l.cfg.endsAt(p, now, now)
	}
	r.Document = b.Checkpoint()
	links := map[kind]string{}
	for _, of := range []kind{ownLink, writeLink, readLink} {
		links[of] = linkHash(l.keys.link(of, r.ID))
	}
	_, err := l.kept.Create(ctx, r, links, 1)
	return err
}

func (l *Lane) demoNote(ctx context.Context, b *board.Board, r *record, i int, n demoNote, at time.Time) error {
	op := operation{T: "note.put", ID: fmt.Sprintf("ndemo%07d", i), NoteFields: NoteFields{
		Name: &n.name, Text: &n.text, Color: &n.color, Font: &n.font, X: &n.x, Y: &n.y, Rot: &n.rot,
	}}
	if n.w != 0 {
		op.W = &n.w
	}
	if n.picture {
		made, err := l.picture(ctx, demoScene())
		if err != nil {
			return err
		}
		image := l.keys.image(r.ID, made.Body, made.Width, made.Height)
		if _, err := l.images.Put(ctx, blob.Key{Group: r.ID, ID: imageID(image)}, made.Type, bytes.NewReader(made.Body)); err != nil {
			return err
		}
		op.Image = &image
	}
	data, err := json.Marshal(&op)
	if err != nil {
		return err
	}
	entry, err := b.Decide(board.By{Role: board.Writer, Author: l.keys.author(r.ID, Caller{User: n.name})}, data, at)
	if err != nil {
		return err
	}
	b.Apply(entry)
	return nil
}

// DemoGuide names the pages, and lines to paste: a note, the paper, the file to keep.
func (l *Lane) DemoGuide(site lane.Site) lane.Guide {
	write, own, read := l.keys.link(writeLink, demoOpen), l.keys.link(ownLink, demoOpen), l.keys.link(readLink, demoDelivered)
	page, api := site.URL+pagePath, site.URL+apiPath+"/"
	const note = `{"name":"Terminal","text":"Happy birthday from a shell!","color":"mint","font":"mono","x":800,"y":2250}`
	return lane.Guide{
		Open: []lane.Link{
			{Title: "A rolling paper to write on: open it twice", URL: page + write},
			{Title: "The same, as its owner", URL: page + own},
			{Title: "A delivered one, as its recipient reads it", URL: page + read},
		},
		Try: []string{
			fmt.Sprintf(`curl -s -X PUT %s%s/notes/nTerminal1 -H 'Content-Type: application/json' -H 'Paper-Author: %s' -d '%s'`,
				api, write, strings.Repeat("terminal", 3)[:linkLength], note),
			fmt.Sprintf(`curl -s %s%s`, api, write),
			fmt.Sprintf(`curl -s '%s%s/export?format=html' | grep -o '<title>.*</title>'`, api, read),
		},
	}
}

package lanetest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"sync/atomic"
	"testing/fstest"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

// notes is a lane as small as a lane can be that keeps something.
type notes struct {
	d       lane.Deps
	db      *db.DB
	drained atomic.Bool
	ended   atomic.Bool
}

func notesModule(made **notes) lane.Module {
	return lane.Module{Name: "notes", New: func(d lane.Deps) (lane.Lane, error) {
		l := &notes{d: d, db: d.DB("notes")}
		if made != nil {
			*made = l
		}
		return l, nil
	}}
}

func (l *notes) Name() string { return "notes" }

func (l *notes) Migrations() map[string]fs.FS {
	const up = "-- +goose Up\nCREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT NOT NULL, at BIGINT NOT NULL, by_whom TEXT NOT NULL);\n"
	file := &fstest.MapFile{Data: []byte(up)}
	return map[string]fs.FS{"notes": fstest.MapFS{"sqlite/00001_notes.sql": file, "postgres/00001_notes.sql": file}}
}

func (l *notes) Run(ctx context.Context) error { <-ctx.Done(); l.ended.Store(true); return nil }

func (l *notes) Drain(context.Context) error { l.drained.Store(true); return nil }

type note struct {
	ID   string `path:"id" json:"-" maxLength:"20"`
	Text string `json:"text" minLength:"1" maxLength:"100"`
}

type noteShown struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	At   int64  `json:"at"`
	By   string `json:"by"`
}

type noteID struct {
	ID string `path:"id"`
}

var errGone = fault.New(fault.NotFound, "notes.gone", "There is no such note.")

func (l *notes) Routes() []lane.Route {
	return []lane.Route{
		{Pattern: "PUT /v1/notes/{id}", Effect: lane.Write, Access: identity.User, Handler: httpio.JSON(l.put), Limits: lane.Limits{Body: 200}},
		{Pattern: "GET /v1/notes/{id}", Handler: httpio.JSON(l.get)},
		{Pattern: "GET /v1/~{id}", Handler: httpio.JSON(l.get)},
		{Pattern: "GET /v1/notes/admin", Access: identity.Admin, Handler: httpio.HTTP(func(w http.ResponseWriter, _ *http.Request) error {
			_, err := fmt.Fprint(w, "secret page")
			return err
		})},
		{Pattern: "GET /v1/notes/broken", Handler: httpio.HTTP(func(http.ResponseWriter, *http.Request) error {
			panic("the password is hunter2")
		})},
	}
}

func (l *notes) put(ctx context.Context, n *note) (*noteShown, error) {
	s := &noteShown{ID: n.ID, Text: n.Text, At: l.d.Now().Unix(), By: identity.From(ctx).ID}
	return s, l.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO notes (id, text, at, by_whom) VALUES ($1, $2, $3, $4)", s.ID, s.Text, s.At, s.By)
		return err
	})
}

func (l *notes) get(ctx context.Context, id *noteID) (*noteShown, error) {
	s := &noteShown{ID: id.ID}
	err := l.db.QueryRow(ctx, "SELECT text, at, by_whom FROM notes WHERE id = $1", id.ID).Scan(&s.Text, &s.At, &s.By)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errGone
	}
	return s, err
}

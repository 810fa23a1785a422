package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/outbox"
)

// told is what the speaker publishes.
type told struct {
	Word string `json:"word"`
}

// speaker publishes every word that it is told.
type speaker struct {
	db  *db.DB
	box *outbox.Outbox
}

func (s *speaker) Name() string        { return "speaker" }
func (s *speaker) Publishes() []string { return []string{"speaker.said"} }
func (s *speaker) Migrations() map[string]fs.FS {
	return map[string]fs.FS{"speaker": wordTable("said")}
}

func (s *speaker) Routes() []lane.Route {
	return []lane.Route{{Pattern: "POST /v1/say/{word}", Effect: lane.Write, Handler: httpio.JSON(s.say)}}
}

func (s *speaker) say(ctx context.Context, in *struct {
	Word string `path:"word"`
},
) (*struct{}, error) {
	return nil, s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO said (word) VALUES ($1)", in.Word); err != nil {
			return err
		}
		return s.box.Publish(ctx, tx, "speaker.said", told{in.Word})
	})
}

// writer notes down what the speaker said, in a job that it adds when it hears of it.
type writer struct {
	db    *db.DB
	queue *jobs.Queue
}

func (w *writer) Name() string                 { return "writer" }
func (w *writer) Migrations() map[string]fs.FS { return map[string]fs.FS{"writer": wordTable("noted")} }

func (w *writer) Events() []outbox.Handler {
	return []outbox.Handler{outbox.Of("speaker.said", func(ctx context.Context, tx *db.Tx, _ outbox.Event, said told) error {
		return w.queue.Add(ctx, tx, "note", said)
	})}
}

func (w *writer) Jobs() []jobs.Job {
	return []jobs.Job{jobs.Of("note", func(ctx context.Context, said told) error {
		if said.Word == "unspeakable" {
			return jobs.Never(fmt.Errorf("%w\n\tand\x1b[2J more", http.ErrBodyNotAllowed))
		}
		return w.db.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO noted (word) VALUES ($1)", said.Word)
			return err
		})
	})}
}

func (w *writer) Routes() []lane.Route {
	return []lane.Route{{Pattern: "GET /v1/noted", Handler: httpio.HTTP(func(rw http.ResponseWriter, r *http.Request) error {
		rows, err := w.db.Query(r.Context(), "SELECT word FROM noted ORDER BY word")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var word string
			if err := rows.Scan(&word); err != nil {
				return err
			}
			_, _ = rw.Write([]byte(word + "\n"))
		}
		return rows.Err()
	})}}
}

func wordTable(name string) fs.FS {
	file := &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE " + name + " (word TEXT PRIMARY KEY);\n")}
	return fstest.MapFS{"sqlite/00001_words.sql": file, "postgres/00001_words.sql": file}
}

func speakerAndWriter() []lane.Module {
	return []lane.Module{
		{Name: "speaker", New: func(d lane.Deps) (lane.Lane, error) { return &speaker{db: d.DB("speaker"), box: d.Outbox}, nil }},
		{Name: "writer", New: func(d lane.Deps) (lane.Lane, error) { return &writer{db: d.DB("writer"), queue: d.Jobs}, nil }},
	}
}

func (s *served) post(path string) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer admin-key-of-this-test")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = res.Body.Close() // nothing of it is read
	return res.StatusCode
}

// TestWhatOneLaneTellsAnotherDoes goes through an event, a job and a dead letter, as the program wires them.
func TestWhatOneLaneTellsAnotherDoes(t *testing.T) {
	file := write(t, "hotlane.yaml", "identity: {admin_key: admin-key-of-this-test}\nshutdown: {grace: 0s}\n")
	s := start(t, speakerAndWriter, "--config", file, "--data", t.TempDir(), "serve")
	for _, word := range []string{"hello", "unspeakable"} {
		if status := s.post("/v1/say/" + word); status != http.StatusNoContent {
			t.Fatalf("say %s: %d", word, status)
		}
	}
	until(t, "it is noted", func() bool {
		_, noted := s.get("/v1/noted")
		return noted == "hello\n"
	})
	var list jobs.List
	until(t, "the other one is given up", func() bool {
		_, body := s.get("/_hotlane/jobs", "Authorization", "Bearer admin-key-of-this-test")
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return len(list.Lanes) == 1 && list.Lanes[0].Lane == "writer" && len(list.Lanes[0].Dead) == 1
	})
	if dead := list.Lanes[0].Dead[0]; dead.Kind != "note" || !strings.Contains(dead.Args, "unspeakable") {
		t.Errorf("given up: %+v", dead)
	}
	t.Setenv("HOTLANE_ADMIN_KEY", "admin-key-of-this-test")
	command := func(args ...string) string {
		code, out, errs := call(t, speakerAndWriter, append([]string{"jobs", "--url", s.url}, args...)...)
		if code != ExitOK {
			t.Errorf("jobs %v: %d %s", args, code, errs)
		}
		return out
	}
	if out := command(); !strings.Contains(out, "http: request method or response status code does not allow body\n") || strings.Contains(out, "more") {
		t.Errorf("jobs says\n%s", out)
	}
	if code, _, errs := call(t, speakerAndWriter, "jobs", "--url", s.url, "retry", "writer", "0"); code == ExitOK || !strings.Contains(errs, "id") {
		t.Errorf("number 0 is tried again: %s", errs)
	}
	if out := command("retry", "writer"); out != "tried again: 1\n" {
		t.Errorf("retry says %s", out)
	}
	until(t, "it is given up again", func() bool { return strings.Contains(command("list", "writer"), "does not allow body") })
	command("remove", "writer", strconv.FormatInt(list.Lanes[0].Dead[0].ID, 10))
	if out := command("list", "writer"); strings.Contains(out, "does not allow body") {
		t.Errorf("it is still there\n%s", out)
	}
	if status, body := s.get("/_hotlane/events", "Authorization", "Bearer admin-key-of-this-test"); status != http.StatusOK || body != `{"parked":[]}` {
		t.Errorf("events that were given up: %d %s", status, body)
	}
	if status := s.post("/_hotlane/events/speaker/writer/none/retry"); status != http.StatusNotFound {
		t.Errorf("an event that is not parked is handed over again: %d", status)
	}
	if status, _ := s.get("/_hotlane/jobs"); status != http.StatusUnauthorized {
		t.Errorf("anyone sees the jobs: %d", status)
	}
}

func TestALaneThatListensToNobodyIsRefused(t *testing.T) {
	alone := func() []lane.Module { return speakerAndWriter()[1:] }
	code, _, errs := call(t, alone, "routes")
	if code == ExitOK || !strings.Contains(errs, `listens to "speaker.said", which no lane publishes`) {
		t.Errorf("%d %s", code, errs)
	}
}

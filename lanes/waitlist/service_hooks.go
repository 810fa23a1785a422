package waitlist

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// messageID is the same for every attempt, and another for everything else.
func messageID(what, id string, at int64) string {
	return strings.ReplaceAll(what, ".", "-") + "-" + id + "-" + strconv.FormatInt(at, 36)
}

// event is the body of every webhook.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// message is what the receiver of signup.message sends to a phone.
type message struct {
	List  string   `json:"list"`
	ID    string   `json:"id"`
	Kind  mailKind `json:"kind"`
	Phone string   `json:"phone"`
	Lang  string   `json:"lang"`
	Name  string   `json:"name,omitempty"`
	URL   string   `json:"url"`
}

func (s *Service) tellPhone(ctx context.Context, l *List, r *record, item mailItem, id string, letter *Letter) error {
	m := message{List: l.Slug, ID: r.ID, Kind: item.Kind, Phone: r.Address, Lang: r.Lang, Name: r.Name, URL: letter.StatusURL}
	if item.Kind == mailConfirm {
		m.URL = letter.ConfirmURL
	}
	return s.send(ctx, l, id, event{eventMessage, time.UnixMicro(item.At).UTC(), m})
}

// sendHook tells a list's webhook of an event. Whoever was erased meanwhile is only named by id.
func (s *Service) sendHook(ctx context.Context, job hookJob) error {
	l, err := s.shelf.get(job.List)
	if errors.Is(err, ErrNoList) || err == nil && l.Hook.URL == "" {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := s.store.Signup(ctx, job.List, job.ID)
	if err != nil && !errors.Is(err, ErrGone) {
		return err
	}
	var data any = map[string]string{"list": job.List, "id": job.ID}
	if err == nil && job.Event != eventErased {
		data = &r.Signup
	}
	id := messageID(job.Event, job.ID, job.At)
	err = s.send(ctx, l, id, event{job.Event, time.UnixMicro(job.At).UTC(), data})
	if notify.Final(err) {
		return jobs.Never(err)
	}
	return err
}

func (s *Service) send(ctx context.Context, l *List, id string, e event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return jobs.Never(err)
	}
	return s.hooks.Send(ctx, notify.Hook{
		URL: l.Hook.URL, ID: id, Event: e.Type, Secret: telemetry.Secret(l.Hook.Secret), Body: body, At: s.now(),
	})
}

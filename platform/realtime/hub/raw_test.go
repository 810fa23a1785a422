package hub_test

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// raw is a room without a fold, so that what is measured is the hub.
type raw struct{}

func (raw) Allow(context.Context, realtime.Client, realtime.Subscribe) (realtime.Grant, error) {
	return realtime.Grant{Publish: true}, nil
}
func (raw) Decide(_ realtime.Writer, data []byte, _ time.Time) ([]byte, error) { return data, nil }
func (raw) Apply(realtime.Entry)                                               {}
func (raw) Snapshot() []byte                                                   { return nil }
func (raw) Checkpoint() []byte                                                 { return nil }

func rawKind() realtime.Channel {
	return realtime.Channel{Prefix: "raw:", Open: func(context.Context, *db.Tx, string, []byte) (realtime.Room, error) { return raw{}, nil }}
}

// sink is a member that asks for the bytes and lets them go.
type sink struct {
	id    string
	bytes int
}

func (s *sink) Client() realtime.Client                   { return realtime.Client{ID: s.id} }
func (s *sink) Deliver(_ *hub.Membership, m *hub.Message) { s.bytes += len(m.JSON()) }
func (s *sink) Ended(*hub.Membership, uint32, string)     {}

package server

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
	"github.com/hotlane/hotlane/platform/realtime/socket"
)

// Deps is what a Server works with.
type Deps struct {
	// Hubs are all that there are; each knows which channels are its own. Server runs and drains none of them: it asks them.
	Hubs []*hub.Hub
	// Token says whose a token of a connection is, and until when; the zero time: for ever. Its refusals are Unauthorized faults.
	Token func(ctx context.Context, token string) (identity.Caller, time.Time, error)
	// Anonymous says that some channels let in who shows no token: only then may it connect.
	Anonymous bool
	// Subscriptions names channels that a user's connections are in from the beginning, beside those of config; nil: none.
	Subscriptions func(c identity.Caller) []string
	// Revoke has the tokens refused that a user got until now; nil: the API only ends the connections. Look finds out what other nodes
	// revoked; nil: nothing is to be found out. Whoever learns of a revocation calls Server.Revoked.
	Revoke  func(ctx context.Context, user string) error
	Look    func(ctx context.Context) error
	Bus     bus.Bus
	Node    string // this process's name among the others; empty: made
	Version string // of the program, as clients are told
	Now     func() time.Time
	Log     *slog.Logger
	Metrics prometheus.Registerer          // nil: not counted
	Client  func(*http.Request) netip.Addr // where a request comes from; nil: its peer
}

// Server holds the sessions of one process.
type Server struct {
	cfg     Config
	d       Deps
	m       *metrics
	sockets *socket.Group
	methods map[string]rpc
	pings   [2][]byte // by codec

	even func() int64 // see now

	work context.Context // of everything that clients ask; ends when the last of them is gone
	end  context.CancelFunc

	entrance entrance
	draining atomic.Bool
	pressed  atomic.Bool // more waits for all clients together than may
	shards   [shards]shard
	users    [shards]users
	places   places
	seed     maphash.Seed
	writers  writers
	rates    atomic.Pointer[rates]

	gathering gathering
}

// New checks the config. It does no I/O.
func New(cfg Config, d Deps) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	m, err := newMetrics(d.Metrics)
	if err != nil {
		return nil, err
	}
	if d.Client == nil {
		d.Client = peer
	}
	if d.Node == "" {
		d.Node = newID()
	}
	begun := d.Now()
	s := &Server{even: func() int64 { return begun.UnixMilli() + d.Now().Sub(begun).Milliseconds() }, cfg: cfg, d: d, m: m, seed: maphash.MakeSeed()}
	s.sockets = socket.New(socket.Options{
		Protocols: []string{"centrifuge-json", "centrifuge-protobuf"}, Origins: cfg.Origins, MaxMessage: cfg.Message, Queue: cfg.Queue,
		WriteTimeout: cfg.WriteTimeout, Coalesce: coalesce(cfg.Coalesce), Compress: cfg.Compress,
	})
	s.methods = map[string]rpc{"hotlane.time": rpcTime, "hotlane.presence": rpcPresence}
	for _, codec := range []protocol.Codec{protocol.JSON, protocol.Protobuf} {
		s.pings[codec] = protocol.AppendPing(nil, codec)
	}
	s.entrance.tooMany.Every = time.Minute
	s.gathering.mine, s.gathering.asked = map[string]chan json.RawMessage{}, make(chan question, mostAsked)
	s.gathering.look = make(chan struct{}, 1)
	s.work, s.end = context.WithCancel(context.Background())
	return s, nil
}

// coalesce is the config's in the words of package socket, where 0 is its own default.
func coalesce(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}

func peer(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // what is none stays unknown
	return at.Addr().Unmap()
}

// Handler answers GET on the path of config: it takes connections. It must be reached without anything that keeps the request or
// ends its context.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.upgrade) }

func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		s.m.refused.WithLabelValues("draining").Inc()
		httpio.WriteProblem(w, hub.ErrDraining)
		return
	}
	from, codec := s.d.Client(r), codecOf(r)
	if refusal, reason := s.enter(from); refusal != nil {
		s.refused(from, reason)
		httpio.WriteProblem(w, refusal)
		return
	}
	conn, err := s.sockets.Upgrade(w, r)
	if err != nil {
		s.leave(from)
		s.m.refused.WithLabelValues("handshake").Inc()
		return
	}
	switch conn.Protocol() {
	case "centrifuge-json":
		codec = protocol.JSON
	case "centrifuge-protobuf":
		codec = protocol.Protobuf
	}
	s.begin(conn, codec, from)
}

// codecOf is what the URL asks for, for clients that name no subprotocol.
func codecOf(r *http.Request) protocol.Codec {
	q := r.URL.Query()
	if q.Get("format") == "protobuf" || q.Get("cf_protocol") == "protobuf" {
		return protocol.Protobuf
	}
	return protocol.JSON
}

// Run sweeps: pings, timeouts, expiries, and what other nodes ask for. It returns when the context ends.
func (s *Server) Run(ctx context.Context) error {
	defer s.listen()()
	var answering sync.WaitGroup
	defer answering.Wait()
	answering.Go(func() { s.answerAll(ctx) })
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.sweep(s.now())
		}
	}
}

// now is Unix milliseconds that go on evenly: pings, limits and waiting do not mind when the clock is set. Nothing else may be compared
// with it.
func (s *Server) now() int64 { return s.even() }

// wall is what the clock says, in Unix milliseconds: tokens expire by it.
func (s *Server) wall() int64 { return s.d.Now().UnixMilli() }

// Ready says why no connection is taken; nil when they are.
func (s *Server) Ready() error {
	if s.draining.Load() {
		return hub.ErrDraining
	}
	return nil
}

// hub is the one that owns the channel; nil: none does.
func (s *Server) hub(channel string) *hub.Hub {
	for _, h := range s.d.Hubs {
		if h.Owns(channel) {
			return h
		}
	}
	return nil
}

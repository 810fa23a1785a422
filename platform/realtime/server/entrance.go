package server

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// entrance counts the connections that are open or being made, in all and by network.
type entrance struct {
	mu       sync.Mutex
	all      int
	networks map[netip.Prefix]int // no more than there are connections

	tooMany telemetry.Seldom // warned of
}

// enter counts one, unless there are as many as there may be: errFull, errNetwork, and the reason as metrics have it.
func (s *Server) enter(from netip.Addr) (refusal *fault.Error, reason string) {
	e, network := &s.entrance, admit.Customer(from)
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.all >= s.cfg.Connections:
		return errFull.After(again()), "full"
	case s.cfg.PerNetwork > 0 && e.networks[network] >= s.cfg.PerNetwork:
		return errNetwork.After(again()), "network"
	}
	if e.networks == nil {
		e.networks = make(map[netip.Prefix]int)
	}
	e.all++
	e.networks[network]++
	return nil, ""
}

// refused counts who was, and warns of what may be a mistake of config.
func (s *Server) refused(from netip.Addr, reason string) {
	s.m.refused.WithLabelValues(reason).Inc()
	if reason == "network" {
		s.entrance.tooMany.Warn(s.d.Log, s.d.Now(),
			"live: one network address has as many connections as it may; if it is a proxy's, edge.trusted_proxies must name it", "network", admit.Customer(from).String(), "per_network", s.cfg.PerNetwork)
	}
}

// leave undoes enter.
func (s *Server) leave(from netip.Addr) {
	e, network := &s.entrance, admit.Customer(from)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all--
	if e.networks[network]--; e.networks[network] == 0 {
		delete(e.networks, network)
	}
}

// again is when one who was refused may come back: not all at once.
func again() time.Duration { return time.Duration(5+rand.IntN(10)) * time.Second }

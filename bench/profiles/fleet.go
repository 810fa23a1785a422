package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const nodes = 3

// fleet is three processes on one PostgreSQL and one Redis, with a third party.
type fleet struct {
	nodes  []*rig.Server
	people *thirdParty
	stores *rig.Stores
}

// fleet starts one. more is what else there is to say of the source.
func (p *plan) fleet(ctx context.Context, name, more string, settings ...string) (f *fleet, err error) {
	f = &fleet{}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Stop())
		}
	}()
	if f.people, err = newThirdParty(); err != nil {
		return nil, err
	}
	if f.stores, err = p.Stores(ctx); err != nil {
		return f, err
	}
	dsn, err := f.stores.Fresh(ctx, "bench_"+name)
	if err != nil {
		return f, err
	}
	file := filepath.Join(p.Dir, name+".yaml")
	if err := os.WriteFile(file, []byte(f.people.config(more)), 0o600); err != nil {
		return f, err
	}
	settings = append(settings, "HOTLANE_LANES=profiles", "HOTLANE_DB_DSN="+dsn, "HOTLANE_CACHE_REDIS="+f.stores.Redis,
		fmt.Sprintf("HOTLANE_CACHE_PREFIX=%s-%d:", name, time.Now().UnixNano()))
	for i := range nodes {
		n, err := p.Start(ctx, fmt.Sprintf("%s%d", name, i), "hotlane", []string{"--config", file}, settings...)
		if err != nil {
			return f, err
		}
		f.nodes = append(f.nodes, n)
	}
	return f, nil
}

// Stop ends all of it.
func (f *fleet) Stop() (err error) {
	for _, n := range f.nodes {
		err = errors.Join(err, n.Stop())
	}
	if f.people != nil {
		err = errors.Join(err, f.people.Close())
	}
	return err
}

// spent is the CPU time of the nodes, and of PostgreSQL and Redis.
func (f *fleet) spent() (own, stores time.Duration) {
	var all, others []int
	for _, n := range f.nodes {
		all = append(all, n.PID)
	}
	for _, pid := range f.stores.PIDs {
		others = append(others, rig.Family(pid)...)
	}
	return rig.Spent(all), rig.Spent(others)
}

// connect opens so many connections, spread over the nodes.
func (f *fleet) connect(ctx context.Context, n int) ([]*rig.Conn, error) {
	conns, errs := make([]*rig.Conn, n), make([]error, 32)
	var g sync.WaitGroup
	for w := range errs { // at one time, so that no backlog overflows
		g.Go(func() {
			for i := w; i < n && errs[w] == nil; i += len(errs) {
				conns[i], errs[w] = rig.Dial(ctx, f.nodes[i%nodes].URL)
			}
		})
	}
	g.Wait()
	return conns, errors.Join(errs...)
}

func hangUp(conns []*rig.Conn) {
	for _, c := range conns {
		if c != nil {
			_ = c.Close() // the load is over
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	writers = 64 // connections that sign up
	list    = "bench"
)

// desk is a Hotlane with a waiting list, and what it was asked.
type desk struct {
	*rig.Server
	engine string
	dsn    string // of PostgreSQL
	stores []int  // its processes
	conns  []*rig.Conn
	seen   []rig.Sample
	times  histogram
	acked  int
	next   atomic.Int64
}

// open starts one with a list that asks for a consent, whose limits are out of the way.
func (p *plan) open(ctx context.Context, name, engine string, settings ...string) (*desk, error) {
	settings = append(settings, "HOTLANE_LANES=waitlist", "HOTLANE_WAITLIST_PER_CLIENT_PER_SECOND=100000", "HOTLANE_WAITLIST_PER_CLIENT_BURST=1000000",
		"HOTLANE_WAITLIST_PER_LIST_PER_SECOND=100000", "HOTLANE_WAITLIST_PER_LIST_BURST=1000000")
	s, err := p.Start(ctx, name, "hotlane", nil, settings...)
	if err != nil {
		return nil, err
	}
	d := &desk{Server: s, engine: engine}
	const body = `{"slug":"` + list + `","name":{"en":"Bench","ko":"측정"},"consents":[{"name":"privacy","version":1,"text":{"en":"I agree","ko":"동의해요"},"required":true}]}`
	if _, err := s.Admin(ctx, http.MethodPost, "/v1/waitlist", "application/json", strings.NewReader(body)); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return d, nil
}

// openPostgres is open on a database of its own in PostgreSQL, which runs on the load's core.
func (p *plan) openPostgres(ctx context.Context, name string, settings ...string) (*desk, error) {
	stores, err := p.Stores(ctx)
	if err != nil {
		return nil, err
	}
	dsn, err := stores.Fresh(ctx, "bench_"+name)
	if err != nil {
		return nil, err
	}
	d, err := p.open(ctx, name, "PostgreSQL", append(settings, "HOTLANE_DB_DSN="+dsn)...)
	if err != nil {
		return nil, err
	}
	d.dsn, d.stores = dsn, stores.PIDs[:1]
	return d, nil
}

// signups has people sign up, each with an address of their own, on SQLite and on PostgreSQL in turn.
func (p *plan) signups(ctx context.Context) error {
	mails, err := newMailServer()
	if err != nil {
		return err
	}
	defer mails.Close()
	lite, err := p.open(ctx, "signups", "SQLite", mails.settings()...)
	if err != nil {
		return err
	}
	defer lite.Stop()
	big, err := p.openPostgres(ctx, "signups_pg", mails.settings()...)
	if err != nil {
		return err
	}
	defer big.Stop()
	for n := range p.Slices + 1 { // the first is not counted
		for _, d := range []*desk{lite, big} {
			if err := d.slice(ctx, p.Slice); err != nil {
				return fmt.Errorf("%s: %w", d.engine, err)
			}
			if n == 0 {
				d.seen, d.times = nil, histogram{}
			}
		}
	}
	p.Results.Note("While they signed up the mail server, which takes %s a mail, took %d confirmations from the two; the others stayed queued.",
		rig.Brief(mailTime), mails.taken.Load())
	for i, d := range []*desk{lite, big} {
		hangUp(d.conns)
		rows, err := d.rows(ctx)
		if err != nil {
			return err
		}
		where := ""
		if d.stores != nil {
			where = fmt.Sprintf(", and %s in PostgreSQL on the load's core", rig.Micros(rig.Median(d.seen, rig.OthersOf)))
		}
		p.Results.Row(fmt.Sprintf("sign-ups, durable, with consent and queued confirmation, %d connections, one core, %s", writers, d.engine), []string{"≥ 3,000/s", "≥ 6,000/s"}[i],
			fmt.Sprintf("**%.0f/s**, %s CPU a sign-up%s, p50 %s, p99 %s; acknowledged %d, stored %d, **lost %d**", rig.Median(d.seen, rig.RateOf),
				rig.Micros(rig.Median(d.seen, rig.CPUOf)), where, rig.Brief(d.times.at(0.5)), rig.Brief(d.times.at(0.99)), d.acked, rows, d.acked-rows))
	}
	return nil
}

// slice signs up on all connections for a while; all that was asked is answered then.
func (d *desk) slice(ctx context.Context, length time.Duration) error {
	for len(d.conns) < writers {
		c, err := rig.Dial(ctx, d.URL)
		if err != nil {
			return err
		}
		d.conns = append(d.conns, c)
	}
	own, others := d.spent()
	begun := time.Now()
	answers, err := d.load(ctx, begun.Add(length))
	took := time.Since(begun)
	if err != nil {
		return err
	}
	own2, others2 := d.spent()
	d.acked += answers
	d.seen = append(d.seen, rig.Sample{
		Rate: float64(answers) / took.Seconds(), CPU: (own2 - own) / time.Duration(answers), Others: (others2 - others) / time.Duration(answers),
	})
	return nil
}

func (d *desk) spent() (own, others time.Duration) {
	var stores []int
	for _, pid := range d.stores {
		stores = append(stores, rig.Family(pid)...)
	}
	return rig.Spent([]int{d.PID}), rig.Spent(stores)
}

func (d *desk) load(ctx context.Context, until time.Time) (answers int, err error) {
	counts, times, errs := make([]int, len(d.conns)), make([]histogram, len(d.conns)), make([]error, len(d.conns))
	var all sync.WaitGroup
	for i, c := range d.conns {
		all.Go(func() {
			var request []byte
			for time.Now().Before(until) && ctx.Err() == nil {
				request = signUp(request[:0], d.next.Add(1))
				a, err := c.Ask(ctx, request)
				if err == nil && a.Status != http.StatusAccepted {
					err = fmt.Errorf("%d %s", a.Status, a.Body)
				}
				if err != nil {
					errs[i] = err
					return
				}
				counts[i]++
				times[i].add(a.Took)
			}
		})
	}
	all.Wait()
	for i, n := range counts {
		answers += n
		d.times.join(&times[i])
	}
	return answers, errors.Join(errs...)
}

// signUp appends a whole request.
func signUp(b []byte, n int64) []byte {
	body := fmt.Appendf(nil, `{"email":"someone.%d@example.com","name":"Someone","lang":"ko","source":"landing","utm":{"source":"news","medium":"mail","campaign":"spring"},"consents":{"privacy":1}}`, n)
	b = fmt.Appendf(b, "POST /v1/waitlist/"+list+"/signups HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))
	return append(b, body...)
}

// rows is how many are on the list.
func (d *desk) rows(ctx context.Context) (int, error) {
	text, err := d.Admin(ctx, http.MethodGet, "/v1/waitlist/"+list+"/stats", "", bytes.NewReader(nil))
	if err != nil {
		return 0, err
	}
	var stats struct {
		Funnel struct {
			SignedUp int `json:"signed_up"`
		}
	}
	return stats.Funnel.SignedUp, json.Unmarshal(text, &stats)
}

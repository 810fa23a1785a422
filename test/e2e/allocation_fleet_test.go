package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fleet is many clients of one process after another, who remember what they were told.
type fleet struct {
	t       *testing.T
	stopped chan struct{}
	workers sync.WaitGroup
	target  atomic.Pointer[target]
	asked   atomic.Int64 // requests that were answered

	mu     sync.Mutex
	events map[eventKey]*eventSeen
	recent []eventKey // to be repeated
	served []serve
	lost   map[int]int64 // by life of the process: serves from this number on may be forgotten
	seen   []observation // of the life that lasts
	clock  int64         // orders serves and observations
}

// target is one life of the process.
type target struct {
	life   int
	url    string
	client *http.Client
}

type eventKey struct{ kind, token string }

type eventSeen struct {
	item  string
	tries int
	acked bool
}

// serve is one capped item that a user was shown.
type serve struct {
	user, item string
	life       int
	at         int64
}

// observation is what the log of caps had written at a moment.
type observation struct{ at, bytes int64 }

func newFleet(t *testing.T, seed uint64, workers int) *fleet {
	f := &fleet{t: t, stopped: make(chan struct{}), events: map[eventKey]*eventSeen{}, lost: map[int]int64{}}
	for w := range workers {
		f.workers.Go(func() { f.work(rand.New(rand.NewPCG(seed, uint64(w)+2))) })
	}
	f.workers.Go(f.observe)
	t.Cleanup(f.stop)
	return f
}

func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (f *fleet) answered() int64 { return f.asked.Load() }

// point turns the workers to a new life of the process.
func (f *fleet) point(url string) {
	life := 1
	if old := f.target.Load(); old != nil {
		life = old.life + 1
	}
	f.target.Store(&target{life, url, newClient()})
}

// until waits until so many requests have been answered, or for so long: then there must have been one.
func (f *fleet) until(n int64, longest time.Duration) {
	f.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	enough, never := time.After(longest), time.After(longest+time.Minute)
	for before := f.answered(); f.answered() < n && !f.t.Failed(); {
		select {
		case <-tick.C:
		case <-enough:
			n = min(n, before+1)
		case <-never:
			f.t.Fatal("nothing was answered for a minute")
		}
	}
}

// killed notes what the process may have forgotten: serves that were not followed by two writes of the cap log. The
// second of them began when the first had ended, so it covers all that was served before the first was seen.
func (f *fleet) killed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	writes, safe := 0, int64(0)
	for i := len(f.seen) - 1; i > 0; i-- {
		if f.seen[i].bytes > f.seen[i-1].bytes {
			writes++
		}
		if writes == 2 {
			safe = f.seen[i-1].at
			break
		}
	}
	f.lost[f.target.Load().life] = safe
	f.seen = nil
}

func (f *fleet) stop() {
	select {
	case <-f.stopped:
	default:
		close(f.stopped)
	}
	f.workers.Wait()
}

// work is one worker: it decides, reports what it was shown, and repeats what it reported, to whichever process lives.
func (f *fleet) work(rng *rand.Rand) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-f.stopped:
			return
		default:
		}
		to := f.target.Load()
		if to == nil || !f.turn(to, rng) {
			<-tick.C // it is dead; the next one comes soon
		}
	}
}

// turn is false when the process does not answer.
func (f *fleet) turn(to *target, rng *rand.Rand) bool {
	items, ok := f.decide(to, f.user(rng))
	if !ok {
		return false
	}
	var bulk []eventKey
	for _, it := range items {
		var report []string
		if rng.Float64() < 0.8 {
			report = append(report, "impression")
		}
		if rng.Float64() < 0.2 {
			report = append(report, "click")
		}
		if rng.Float64() < 0.05 {
			report = append(report, "conversion")
		}
		for _, kind := range report {
			key := eventKey{kind, it.Token}
			f.meet(key, it.LineItem)
			if rng.IntN(3) > 0 || kind == "click" {
				bulk = append(bulk, key)
				continue
			}
			if !f.pixel(to, key) {
				return false
			}
		}
	}
	for range rng.IntN(4) {
		if key, ok := f.any(rng); ok {
			bulk = append(bulk, key)
		}
	}
	for _, key := range bulk {
		if key.kind == "click" && rng.IntN(2) == 0 && !f.pixel(to, key) {
			return false
		}
	}
	return f.bulk(to, bulk)
}

// user is one of many: new ones come all the time, and old ones come back.
func (f *fleet) user(rng *rand.Rand) string {
	newest := int(f.answered() / 40)
	if rng.IntN(2) == 0 {
		return fmt.Sprintf("u%d", newest+rng.IntN(4))
	}
	return fmt.Sprintf("u%d", rng.IntN(newest+1))
}

type shownItem struct {
	LineItem string `json:"line_item"`
	Token    string `json:"token"`
}

func (f *fleet) decide(to *target, user string) ([]shownItem, bool) {
	status, body, err := f.ask(to, http.MethodPost, "/v1/allocations", `{"placements":[{"id":"p"}],"user":{"id":"`+user+`"}}`)
	if err != nil || status != http.StatusOK {
		f.wrong(status, body, err)
		return nil, false
	}
	var out struct {
		Placements []struct {
			Items []shownItem `json:"items"`
		} `json:"placements"`
	}
	if err := json.Unmarshal(body, &out); err != nil {
		f.t.Errorf("%v: %s", err, body)
		return nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, it := range out.Placements[0].Items {
		if strings.HasPrefix(it.LineItem, "capped") {
			f.clock++
			f.served = append(f.served, serve{user, it.LineItem, to.life, f.clock})
		}
	}
	return out.Placements[0].Items, true
}

// meet remembers an event before it is reported for the first time.
func (f *fleet) meet(key eventKey, item string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.events[key] != nil {
		f.t.Errorf("a token was issued twice: %v", key)
	}
	f.events[key] = &eventSeen{item: item}
	f.recent = append(f.recent, key)
}

func (f *fleet) any(rng *rand.Rand) (eventKey, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.recent) == 0 {
		return eventKey{}, false
	}
	return f.recent[rng.IntN(len(f.recent))], true
}

// tried counts an attempt before it is made.
func (f *fleet) tried(key eventKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events[key].tries++
}

func (f *fleet) tries(key eventKey) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.events[key].tries
}

func (f *fleet) acked(key eventKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events[key].acked = true
}

func (f *fleet) pixel(to *target, key eventKey) bool {
	f.tried(key)
	status, body, err := f.ask(to, http.MethodGet, "/v1/events/"+key.kind+"/"+key.token, "")
	want := map[string]int{"impression": http.StatusOK, "click": http.StatusFound, "conversion": http.StatusNoContent}[key.kind]
	if err != nil || status != want {
		f.wrong(status, body, err)
		return false
	}
	f.acked(key)
	return true
}

func (f *fleet) bulk(to *target, keys []eventKey) bool {
	if len(keys) == 0 {
		return true
	}
	type event struct {
		Type  string `json:"type"`
		Token string `json:"token"`
	}
	list := make([]event, len(keys))
	for i, k := range keys {
		list[i] = event{k.kind, k.token}
		f.tried(k)
	}
	body, err := json.Marshal(map[string]any{"events": list})
	if err != nil {
		f.t.Error(err)
		return false
	}
	status, body, err := f.ask(to, http.MethodPost, "/v1/events", string(body))
	if err != nil || status != http.StatusOK {
		f.wrong(status, body, err)
		return false
	}
	var out struct {
		Results []struct{ Status, Code string }
	}
	if err := json.Unmarshal(body, &out); err != nil || len(out.Results) != len(keys) {
		f.t.Errorf("%v: %s", err, body)
		return false
	}
	for i, r := range out.Results {
		switch {
		case r.Status == "refused":
			f.t.Errorf("%v was refused: %s", keys[i], r.Code)
		case r.Status == "repeated" && f.tries(keys[i]) == 1:
			f.t.Errorf("%v was never reported before, and is said to be known", keys[i])
		default:
			f.acked(keys[i])
		}
	}
	return true
}

// wrong is not that the process died. Whatever it answers while it lives must be right.
func (f *fleet) wrong(status int, body []byte, err error) {
	if err == nil {
		f.t.Errorf("answered %d %s", status, body)
	}
}

func (f *fleet) ask(to *target, method, path, body string) (int, []byte, error) {
	req, err := http.NewRequest(method, to.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := to.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil {
		f.asked.Add(1)
	}
	return res.StatusCode, text, err
}

var capLogBytes = regexp.MustCompile(`(?m)^\S*allocation_cap_log_bytes_total(?:\{[^}]*\})? (\S+)$`)

// observe follows how much of the cap log is written.
func (f *fleet) observe() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-f.stopped:
			return
		case <-tick.C:
		}
		to := f.target.Load()
		if to == nil {
			continue
		}
		f.mu.Lock()
		at := f.clock
		f.mu.Unlock()
		bytes, err := f.capLog(to)
		if err != nil {
			continue
		}
		f.mu.Lock()
		if f.target.Load() == to {
			f.seen = append(f.seen, observation{at, bytes})
		}
		f.mu.Unlock()
	}
}

func (f *fleet) capLog(to *target) (int64, error) {
	res, err := to.client.Get(to.url + "/_hotlane/metrics")
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	m := capLogBytes.FindSubmatch(text)
	if m == nil {
		f.t.Errorf("the metrics do not tell of the cap log: %d", res.StatusCode)
		return 0, errors.New("no metric")
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	return int64(n), err
}

// settle sends again what was reported and had no answer.
func (f *fleet) settle(url string) {
	f.t.Helper()
	to := &target{0, url, newClient()}
	var open []eventKey
	lost := 0
	f.mu.Lock()
	for key, e := range f.events {
		if !e.acked {
			open = append(open, key)
		}
		if !e.acked && e.tries > 0 {
			lost++
		}
	}
	all := len(f.events)
	f.mu.Unlock()
	f.t.Logf("%d requests were answered; %d events were reported, of which %d had no answer", f.answered(), all, lost)
	for len(open) > 0 {
		n := min(len(open), 500)
		if !f.bulk(to, open[:n]) {
			f.t.Fatal("what had no answer cannot be sent again")
		}
		open = open[n:]
	}
}

// known sums what was acknowledged, each event once.
func (f *fleet) known() map[string]reported {
	f.mu.Lock()
	defer f.mu.Unlock()
	sums := map[string]reported{}
	for key, e := range f.events {
		if !e.acked {
			continue
		}
		s := sums[e.item]
		switch key.kind {
		case "impression":
			s.Impressions++
		case "click":
			s.Clicks++
		default:
			s.Conversions++
		}
		sums[e.item] = s
	}
	return sums
}

// checkCaps counts what each user was shown, less what kills may have made the process forget.
func (f *fleet) checkCaps(exact bool) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	items, users := map[[2]string]int{}, map[string]int{}
	forgotten := 0
	for _, s := range f.served {
		if safe, dead := f.lost[s.life]; dead && !exact && s.at > safe {
			forgotten++
			continue
		}
		items[[2]string{s.user, s.item}]++
		users[s.user]++
	}
	full := 0
	for k, n := range items {
		if n > capCount {
			f.t.Errorf("%s was shown %s %d times, the cap is %d", k[0], k[1], n, capCount)
		}
		if n == capCount {
			full++
		}
	}
	for user, n := range users {
		if n == capCampaign {
			full++
		}
		if n > capCampaign {
			f.t.Errorf("%s was shown the capped campaign %d times, the cap is %d", user, n, capCampaign)
		}
	}
	f.t.Logf("%d capped serves, %d may have been forgotten, %d caps of %d users were reached", len(f.served), forgotten, full, len(users))
	if full == 0 {
		f.t.Error("no cap was ever reached: the test shows nothing")
	}
}

package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestWaitlistKill9 kills the process at random moments while people sign up and confirm, and in the middle of waves. Whose sign-up was
// acknowledged is on the list and was mailed; who was confirmed waits and was welcomed; nobody was invited twice, everybody who was
// invited was told so, and the cap held.
//
// HOTLANE_E2E_SEED repeats it.
func TestWaitlistKill9(t *testing.T) { killTheWaitlist(t, "") }

// killTheWaitlist does it to a process with more config.
func killTheWaitlist(t *testing.T, config string) {
	seed := number(t, "HOTLANE_E2E_SEED", time.Now().UnixNano())
	t.Logf("HOTLANE_E2E_SEED=%d", seed)
	w := newWaiters(t, uint64(seed), config)
	t.Run("sign-up and confirmation", func(t *testing.T) { killWhileTheyJoin(t, w) })
	t.Run("waves", func(t *testing.T) { killInWaves(t, w) })
	if code := w.p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, w.p.err)
	}
}

func killWhileTheyJoin(t *testing.T, w *waiters) {
	const rounds, most = 3, 250 // all their mails are kept: 1000 files are
	for round := range rounds {
		w.killWhile(func(n int) bool { return n < most && w.signUp("spring", fmt.Sprintf("p%d-%d@example.com", round, n)) })
	}
	rows := w.rows("spring")
	for address := range w.acknowledged {
		if rows[address].Stage == "" {
			t.Errorf("%s was acknowledged and is not there", address)
		}
	}
	w.p.until("everybody who is there is mailed", func() bool { return w.mailed(rows, "confirm") })
	links := w.links()
	for range rounds {
		w.killWhile(func(n int) bool { return n < len(links) && w.confirm(links[n]) })
	}
	for _, link := range links {
		w.confirm(link)
	}
	after := w.rows("spring")
	for address := range rows {
		if after[address].Stage != "waiting" {
			t.Errorf("%s was confirmed and is %q", address, after[address].Stage)
		}
	}
	w.p.until("everybody who is confirmed is welcomed", func() bool { return w.mailed(after, "welcome") })
	w.checkWaiting("spring", len(after))
	t.Logf("%d acknowledged, %d there, %d mails", len(w.acknowledged), len(rows), len(w.mails))
}

// killInWaves has more people than one transaction of a wave takes, and waves that ask for more than the cap.
func killInWaves(t *testing.T, w *waiters) {
	const people, most, rounds = 620, 560, 4
	w.must("POST", "/v1/waitlist", fmt.Sprintf(`{"slug":"autumn","name":{"en":"Autumn"},"single_opt_in":true,"invite_cap":%d}`, most))
	w.together(func(n int) bool { return n < people && w.signUp("autumn", fmt.Sprintf("a%d@example.com", n)) })
	for round := range rounds {
		wave := fmt.Sprintf(`{"name":"w%d","count":%d}`, round, most/rounds*2)
		w.must("POST", "/v1/waitlist/autumn/waves", wave)
		w.killWhile(func(int) bool { _, ok := w.ask("POST", "/v1/waitlist/autumn/waves", adminKey, wave); return ok })
	}
	var waves struct {
		Waves []struct {
			Invited int
			Done    bool
		}
	}
	w.p.until("all waves are done", func() bool {
		w.decode("/v1/waitlist/autumn/waves", &waves)
		for _, one := range waves.Waves {
			if !one.Done {
				return false
			}
		}
		return len(waves.Waves) == rounds
	})
	sum := 0
	for _, one := range waves.Waves {
		sum += one.Invited
	}
	invited := w.rows("autumn")
	for address, r := range invited {
		if r.Stage != "invited" {
			delete(invited, address)
		} else if r.Wave == "" {
			t.Errorf("%s was invited by no wave", address)
		}
	}
	if len(invited) != most || sum != most {
		t.Errorf("%d people are invited, the waves say %d, the cap is %d", len(invited), sum, most)
	}
	w.p.until("everybody who is invited is mailed", func() bool { return w.mailed(invited, "invite") })
	w.checkWaiting("autumn", people-most)
}

// waiters are people who sign up with a process that is killed again and again.
type waiters struct {
	t   *testing.T
	dir string
	rng *rand.Rand
	p   *process

	mu           sync.Mutex
	acknowledged map[string]bool   // addresses
	mails        map[string]string // names of kept mails, which end in their Message-ID, by the same without time and number
}

func newWaiters(t *testing.T, seed uint64, config string) *waiters {
	dir := site(t, config+"waitlist:\n  lists: [{slug: spring, en: Spring}]\n  per_client: {per_second: 100000, burst: 1000000}\n")
	return &waiters{
		t: t, dir: dir, rng: rand.New(rand.NewPCG(seed, 2)), p: start(t, dir, "serve", "--lanes=waitlist"),
		acknowledged: map[string]bool{}, mails: map[string]string{},
	}
}

// together has eight people do something at a time, each with a number of their own, until it fails.
func (w *waiters) together(do func(n int) bool) {
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := i; do(n); n += 8 {
			}
		})
	}
	group.Wait()
}

// killWhile kills the process at a random moment while people do something, and starts it again.
func (w *waiters) killWhile(do func(n int) bool) {
	moment := time.NewTimer(20*time.Millisecond + time.Duration(w.rng.Int64N(int64(150*time.Millisecond))))
	done := make(chan struct{})
	go func() { w.together(do); close(done) }()
	<-moment.C
	w.p.kill()
	<-done
	w.collect()
	w.p = start(w.t, w.dir, "serve", "--lanes=waitlist")
}

// ask reports false where the process was killed meanwhile.
func (w *waiters) ask(method, path, key, body string) (answer, bool) {
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.p.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Error(err)
		return answer{}, false
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return answer{}, false
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(text)}, err == nil
}

func (w *waiters) must(method, path, body string) {
	w.t.Helper()
	if a := w.p.do(method, path, adminKey, body); a.status != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
}

func (w *waiters) decode(path string, into any) {
	w.t.Helper()
	if a := w.p.do("GET", path, adminKey, ""); a.status != http.StatusOK || json.Unmarshal([]byte(a.body), into) != nil {
		w.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
}

func (w *waiters) signUp(list, address string) bool {
	a, ok := w.ask("POST", "/v1/waitlist/"+list+"/signups", "", fmt.Sprintf(`{"email":%q}`, address))
	if ok && a.status == http.StatusAccepted && list == "spring" {
		w.mu.Lock()
		w.acknowledged[address] = true
		w.mu.Unlock()
	}
	return ok
}

func (w *waiters) confirm(token string) bool {
	a, ok := w.ask("POST", "/v1/waitlist/me/confirm/"+token, "", "")
	if ok && a.status != http.StatusOK {
		w.t.Errorf("confirm: %d %s", a.status, a.body)
	}
	return ok
}

// row is a person as the export has them.
type row struct{ ID, Address, Stage, Wave string }

// rows are all of a list by address.
func (w *waiters) rows(list string) map[string]row {
	w.t.Helper()
	a := w.p.do("GET", "/v1/waitlist/"+list+"/export?format=ndjson", adminKey, "")
	all := map[string]row{}
	for lines := bufio.NewScanner(strings.NewReader(a.body)); lines.Scan(); {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil || all[r.Address].ID != "" {
			w.t.Fatalf("export: %v %s", err, lines.Text())
		}
		all[r.Address] = r
	}
	return all
}

var keptMail = regexp.MustCompile(`^\S+Z-\d+-((?:confirm|welcome|invite)-\w{26})-(\w+)\.eml$`)

// collect reads the names of the mails that are kept now: the newest 1000. One person is told one thing under one Message-ID, however
// often.
func (w *waiters) collect() {
	w.t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.dir, "data", "mail"))
	if err != nil && !os.IsNotExist(err) {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		m := keptMail.FindStringSubmatch(e.Name())
		if m == nil {
			if !strings.HasSuffix(e.Name(), ".part") {
				w.t.Fatalf("what mail is %s?", e.Name())
			}
			continue
		}
		if before := w.mails[m[1]]; before != "" && !strings.HasSuffix(before, m[2]+".eml") {
			w.t.Errorf("two different mails: %s and %s", before, e.Name())
		}
		w.mails[m[1]] = e.Name()
	}
}

// mailed reports whether all of them have had a mail of a kind.
func (w *waiters) mailed(all map[string]row, kind string) bool {
	w.collect()
	for _, r := range all {
		if w.mails[kind+"-"+r.ID] == "" {
			return false
		}
	}
	return len(all) > 0
}

var confirmLink = regexp.MustCompile(`/waitlist/me/confirm/([\w-]+)`)

// links are the tokens of all confirmations.
func (w *waiters) links() (tokens []string) {
	w.t.Helper()
	for what, name := range w.mails {
		if !strings.HasPrefix(what, "confirm-") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(w.dir, "data", "mail", name))
		m := confirmLink.FindSubmatch([]byte(strings.NewReplacer("=\r\n", "", "=\n", "").Replace(string(text)))) // quoted-printable
		if err != nil || m == nil {
			w.t.Fatalf("%s: %v %s", name, err, text)
		}
		tokens = append(tokens, string(m[1]))
	}
	return tokens
}

// checkWaiting holds the counts of a list against how many must wait on it.
func (w *waiters) checkWaiting(list string, waiting int) {
	w.t.Helper()
	var funnel struct {
		Funnel struct {
			Confirmed int `json:"confirmed"`
			Invited   int `json:"invited"`
		} `json:"funnel"`
	}
	w.decode("/v1/waitlist/"+list+"/stats", &funnel)
	if f := funnel.Funnel; f.Confirmed-f.Invited != waiting {
		w.t.Errorf("%s: %+v, want %d waiting", list, f, waiting)
	}
}

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// thirdParty stands for the service that profiles come from. It runs in this process, on the load's core, and writes down every call.
type thirdParty struct {
	URL    string
	server *http.Server

	mu    sync.Mutex
	calls []time.Time
	hold  chan struct{} // answers wait until it is closed; nil: they do not
}

func newThirdParty() (*thirdParty, error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	t := &thirdParty{URL: "http://" + l.Addr().String()}
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: time.Minute, ConnContext: withArrival}
	go t.server.Serve(arrivals{l}) //nolint:errcheck // ends by Close
	return t, nil
}

func (t *thirdParty) Close() error { return t.server.Close() }

func (t *thirdParty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	t.calls = append(t.calls, arrived(r))
	hold := t.hold
	t.mu.Unlock()
	if hold != nil {
		<-hold
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, document(strings.TrimPrefix(r.URL.Path, "/users/")))
}

// document is what it has of somebody: 1.2 KB, as such services answer.
func document(username string) string {
	const sentence = "Writes about small machines and long walks, and answers letters on Sundays. "
	return fmt.Sprintf(`{"id":"id-%[1]s","login":%[1]q,"name":"The %[1]s","bio":%[2]q,"avatar":"https://pictures.example.com/%[1]s/large.jpg",`+
		`"link":"https://social.example.com/%[1]s","city":"Seoul","joined":"2019-04-01T09:00:00Z","followers":1234,"following":321,"posts":98,`+
		`"verified":false,"badges":["early","author"],"links":[{"title":"Home","url":"https://%[1]s.example.com/"}]}`, username, strings.Repeat(sentence, 10))
}

// begin forgets the calls so far. From now on answers wait for hold, if it is not nil.
func (t *thirdParty) begin(hold chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls, t.hold = nil, hold
}

// untimed reports whether there are calls of which is not known when they arrived.
func (t *thirdParty) untimed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.calls, time.Time.IsZero)
}

// seen is how many calls there were, and how many in the second that had most, wherever it began.
func (t *thirdParty) seen() (calls, most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	times := slices.SortedFunc(slices.Values(t.calls), time.Time.Compare)
	first := 0
	for i, at := range times {
		for at.Sub(times[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return len(times), most
}

// config is the file of a Hotlane that has this source, with what else there is to say of it.
func (t *thirdParty) config(more string) string {
	return fmt.Sprintf(`
profiles:
  sources:
    - name: people
      url: %s/users/{username}
      private: true
      id: /id
      username: /login
      index: {city: /city}
      card:
        name: [/name]
        bio: [/bio]
        picture: [/avatar]
        url: [/link]
        fields: [{label: City, from: [/city]}]
        counts: [{label: Followers, from: [/followers]}]
      %s
`, t.URL, more)
}

// profilePath is where a Hotlane has somebody.
func profilePath(username string) string { return "/v1/profiles/people/" + username }

// get is a whole request.
func get(path string) []byte { return []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n") }

// ask gets a profile by the ordinary client.
func ask(ctx context.Context, url string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(r)
}

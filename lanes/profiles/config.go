package profiles

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/hotlane/hotlane/lanes/profiles/budget"
	"github.com/hotlane/hotlane/lanes/profiles/document"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Config of the lane.
type Config struct {
	Access   string         `yaml:"access" enum:"public,user,service" doc:"who may read profiles by the API; the pages are public"`
	Memory   int64          `yaml:"memory" doc:"memory for answers that are ready to be sent; 1 MiB to 64 GiB"`
	MaxAge   time.Duration  `yaml:"max_age" doc:"how long browsers and proxies may keep an answer that is fresh; who is erased is seen there for so long; 0 to 24h"`
	Sources  []Source       `yaml:"sources" doc:"third parties that profiles come from"`
	Page     PageConfig     `yaml:"page" doc:"pages of people"`
	Pictures PicturesConfig `yaml:"pictures" doc:"pictures of people"`
}

// Source is a third party, how it is asked and what its documents mean. Pointers are JSON pointers (RFC 6901).
type Source struct {
	Name  string `yaml:"name" doc:"a short word, part of paths"`
	Title string `yaml:"title" doc:"what people know it by; empty: the name"`

	URL         string            `yaml:"url" doc:"where a profile is asked for by username: https://api.example.com/users/{username}"`
	URLByID     string            `yaml:"url_by_id" doc:"the same by {id}; empty: the source cannot be asked by id, and ids are known of those who were fetched by username"`
	Hosts       []string          `yaml:"hosts" doc:"hosts that may be asked: example.com, or *.example.com for what is below it; empty: those of the URLs"`
	Private     bool              `yaml:"private" doc:"whether it may be at a private address, of this machine or its network: for a source that is your own; its pictures must be at public ones all the same"`
	Headers     map[string]string `yaml:"headers" doc:"sent with every request"`
	Token       telemetry.Secret  `yaml:"token" doc:"what the source knows us by; empty: nothing"`
	TokenHeader string            `yaml:"token_header" doc:"the header that carries the token; empty: Authorization"`
	TokenPrefix string            `yaml:"token_prefix" doc:"stands before the token, with a space after it; empty: Bearer in Authorization, nothing in other headers"`

	ID         string            `yaml:"id" doc:"pointer to what a person is known by for good, a text or number"`
	Username   string            `yaml:"username" doc:"pointer to the username"`
	IgnoreCase bool              `yaml:"ignore_case" doc:"whether usernames that differ only in case are the same"`
	Index      map[string]string `yaml:"index" doc:"further fields to search by: name to pointer; at most 8"`
	Card       CardConfig        `yaml:"card" doc:"what a page shows: for each part pointers, of which the first that is there counts"`
	Error      ErrorConfig       `yaml:"error" doc:"how an answer of status 200 says that it is an error"`

	Fresh    time.Duration  `yaml:"fresh" doc:"how long a profile is served without asking again; 1s to 720h, 0 for 6h"`
	Stale    time.Duration  `yaml:"stale" doc:"how old a profile may be that is served while the source does not answer; fresh to 8760h, 0 for 168h"`
	Negative NegativeConfig `yaml:"negative" doc:"how long it is remembered that there was no profile"`

	Rate        float64       `yaml:"rate" doc:"requests a second that the source allows, over all nodes: 1 to 10000, whole, or below 1 (0.1: one in 10 seconds); 0 for 10"`
	Wait        time.Duration `yaml:"wait" doc:"how long a request waits for its turn at the source before it is told to come back later; 100ms to 10s, 0 for 2s"`
	Concurrency int           `yaml:"concurrency" doc:"requests at one time, of each node; 1 to 1000, 0 for 16"`
	Timeout     time.Duration `yaml:"timeout" doc:"how long the source may take to answer; 100ms to 1m, 0 for 10s"`
	MaxBody     int64         `yaml:"max_body" doc:"bytes of a document; 1 KiB to 4 MiB, 0 for 1 MiB"`
	History     int           `yaml:"history" doc:"former versions that are kept of each profile; 1 to 1000, 0 for 10, -1 for none"`
}

// CardConfig says where the parts of a card are.
type CardConfig struct {
	Name    []string     `yaml:"name" doc:"pointers to the name"`
	Bio     []string     `yaml:"bio" doc:"pointers to a text about the person"`
	Picture []string     `yaml:"picture" doc:"pointers to the URL of a picture"`
	URL     []string     `yaml:"url" doc:"pointers to the URL of the person's page at the source"`
	Fields  []PartConfig `yaml:"fields" doc:"further texts, in this order; at most 20"`
	Counts  []PartConfig `yaml:"counts" doc:"numbers, in this order; at most 20"`
}

// PartConfig is a labelled part of a card.
type PartConfig struct {
	Label string   `yaml:"label" doc:"what stands before it; 1 to 100 bytes"`
	From  []string `yaml:"from" doc:"pointers to it"`
}

// ErrorConfig recognizes errors inside of answers of status 200.
type ErrorConfig struct {
	At       string   `yaml:"at" doc:"pointer to what is only there, and neither null nor false nor empty, in errors; empty: there are none"`
	NotFound []string `yaml:"not_found" doc:"values of it that say that there is no such person"`
	Limited  []string `yaml:"limited" doc:"values of it that say that we ask too much"`
}

// NegativeConfig says how long bad answers are remembered.
type NegativeConfig struct {
	NotFound time.Duration `yaml:"not_found" doc:"404 and 410; 1s to 24h, 0 for 10m"`
	Limited  time.Duration `yaml:"limited" doc:"429 without a Retry-After; the source is asked nothing for so long; 1s to 24h, 0 for 1m"`
	Failed   time.Duration `yaml:"failed" doc:"5xx, nonsense and silence; 1s to 24h, 0 for 30s"`
}

// DefaultConfig is what a lane runs with when nothing is said: without sources it has nothing to answer with.
func DefaultConfig() Config {
	return Config{Access: "public", Memory: 64 << 20, MaxAge: time.Minute, Page: defaultPages(), Pictures: defaultPictures()}
}

// withDefaults is the source with its zero values replaced by what they mean.
func (s Source) withDefaults() Source {
	or(&s.Title, s.Name)
	or(&s.Fresh, 6*time.Hour)
	or(&s.Stale, max(7*24*time.Hour, s.Fresh))
	or(&s.Negative.NotFound, 10*time.Minute)
	or(&s.Negative.Limited, time.Minute)
	or(&s.Negative.Failed, 30*time.Second)
	or(&s.Rate, 10)
	or(&s.Wait, 2*time.Second)
	or(&s.Concurrency, 16)
	or(&s.Timeout, 10*time.Second)
	or(&s.MaxBody, 1<<20)
	or(&s.History, 10)
	s.History = max(s.History, 0)
	or(&s.TokenHeader, "Authorization")
	if s.TokenHeader == "Authorization" {
		or(&s.TokenPrefix, "Bearer")
	}
	return s
}

func or[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

var (
	sourceName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)
	indexName  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	headerText = regexp.MustCompile(`^[\x21-\x7e][\x20-\x7e]{0,1000}$`)

	reservedSources = []string{"sources", "batch"}                              // paths of the API
	reservedIndexes = []string{"username", "limit", "after", "documents", "by"} // parameters of the API
)

// Validate names every field that breaks its rule.
func (c *Config) Validate() error {
	var r fault.Rules
	check := r.Check
	check(c.Access == "public" || c.Access == "user" || c.Access == "service", "/access", "must be public, user or service")
	check(c.Memory >= 1<<20 && c.Memory <= 64<<30, "/memory", "must be 1 MiB to 64 GiB, in bytes")
	check(c.MaxAge >= 0 && c.MaxAge <= 24*time.Hour, "/max_age", "must be 0 to 24h")
	check(len(c.Sources) <= 100, "/sources", "must be at most 100")
	var names []string
	for i, s := range c.Sources {
		at := fmt.Sprintf("/sources/%d", i)
		check(!slices.Contains(names, s.Name), at+"/name", "must not be the name of another source")
		names = append(names, s.Name)
		s.check(&r, at)
	}
	c.Page.check(&r, names)
	c.Pictures.check(&r)
	return r.Err(fault.New(fault.Invalid, "profiles.config", "The profiles section breaks a rule."))
}

func (s Source) check(r *fault.Rules, at string) {
	check := r.At(at)
	s = s.withDefaults()
	check(sourceName.MatchString(s.Name) && !slices.Contains(reservedSources, s.Name), "/name", "must be a short word of a-z, 0-9 and _, neither sources nor batch")
	check(len(s.Title) <= 100, "/title", "must be at most 100 bytes")
	_, rule := parseURL(s.URL, "{username}")
	check(rule == "", "/url", rule)
	_, rule = parseURL(s.URLByID, "{id}")
	check(s.URLByID == "" || rule == "", "/url_by_id", rule)
	for name, value := range s.Headers {
		check(headerName.MatchString(name) && headerText.MatchString(value), "/headers/"+name, "must be a header's name with a value of visible ASCII")
	}
	check(headerName.MatchString(s.TokenHeader), "/token_header", "must be a header's name")
	check(s.Token == "" || headerText.MatchString(s.Token.Reveal()), "/token", "must be visible ASCII")
	between := func(d time.Duration, low, high time.Duration, pointer, rule string) {
		check(d >= low && d <= high, pointer, rule)
	}
	between(s.Fresh, time.Second, 720*time.Hour, "/fresh", "must be 1s to 720h, or 0 for 6h")
	between(s.Stale, s.Fresh, 8760*time.Hour, "/stale", "must be from fresh to 8760h, or 0 for 168h")
	between(s.Negative.NotFound, time.Second, 24*time.Hour, "/negative/not_found", "must be 1s to 24h, or 0 for 10m")
	between(s.Negative.Limited, time.Second, 24*time.Hour, "/negative/limited", "must be 1s to 24h, or 0 for 1m")
	between(s.Negative.Failed, time.Second, 24*time.Hour, "/negative/failed", "must be 1s to 24h, or 0 for 30s")
	between(s.Wait, 100*time.Millisecond, 10*time.Second, "/wait", "must be 100ms to 10s, or 0 for 2s")
	between(s.Timeout, 100*time.Millisecond, time.Minute, "/timeout", "must be 100ms to 1m, or 0 for 10s")
	check(budget.Budget{Rate: s.Rate}.Valid(), "/rate", "must be whole from 1 to 10000, or below 1 down to one a day, or 0 for 10")
	check(s.Concurrency >= 1 && s.Concurrency <= 1000, "/concurrency", "must be 1 to 1000, or 0 for 16")
	check(s.MaxBody >= 1<<10 && s.MaxBody <= 4<<20, "/max_body", "must be 1 KiB to 4 MiB, in bytes, or 0 for 1 MiB")
	check(s.History >= 0 && s.History <= 1000, "/history", "must be 1 to 1000, 0 for 10, or -1 for none")
	s.checkPointers(check)
}

// checkPointers checks all that lead into documents.
func (s Source) checkPointers(check func(kept bool, pointer, rule string)) {
	pointers := func(place string, texts ...string) {
		for i, text := range texts {
			_, err := document.ParsePointer(text)
			check(text != "" && err == nil, fmt.Sprintf("%s/%d", place, i), "must be a JSON pointer such as /user/name")
		}
	}
	for place, text := range map[string]string{"/id": s.ID, "/username": s.Username} {
		_, err := document.ParsePointer(text)
		check(text != "" && err == nil, place, "must be a JSON pointer such as /user/id")
	}
	_, err := document.ParsePointer(s.Error.At)
	check(err == nil, "/error/at", document.ErrPointer.Error())
	check(s.Error.At != "" || len(s.Error.NotFound)+len(s.Error.Limited) == 0, "/error/at", "must be there where values of it are")
	check(len(s.Index) <= maxIndexed, "/index", "must be at most 8")
	for name, text := range s.Index {
		check(indexName.MatchString(name) && !slices.Contains(reservedIndexes, name), "/index/"+name, "must be a short word of a-z, 0-9 and _, and no parameter of the API")
		_, err := document.ParsePointer(text)
		check(text != "" && err == nil, "/index/"+name, "must be a JSON pointer such as /user/city")
	}
	pointers("/card/name", s.Card.Name...)
	pointers("/card/bio", s.Card.Bio...)
	pointers("/card/picture", s.Card.Picture...)
	pointers("/card/url", s.Card.URL...)
	for list, parts := range map[string][]PartConfig{"fields": s.Card.Fields, "counts": s.Card.Counts} {
		check(len(parts) <= 20, "/card/"+list, "must be at most 20")
		for i, part := range parts {
			place := fmt.Sprintf("/card/%s/%d", list, i)
			check(len(part.Label) >= 1 && len(part.Label) <= 100, place+"/label", "must be 1 to 100 bytes")
			check(len(part.From) > 0, place+"/from", "must name at least one pointer")
			pointers(place+"/from", part.From...)
		}
	}
}

const maxIndexed = 8 // further fields of a source

// source finds a source's name that the pages are of; "" where there are none.
func (c *Config) pageSource() string {
	if c.Page.Source == "" && len(c.Sources) > 0 {
		return c.Sources[0].Name
	}
	return c.Page.Source
}

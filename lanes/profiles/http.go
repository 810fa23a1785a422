package profiles

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

// Routes are all endpoints of the lane. A profile has two paths, by username and by id, which begin differently so that every
// username and every id has one: /v1/profiles/people/id would else be of a person called id.
func (l *Lane) Routes() []lane.Route {
	who := map[string]identity.Access{"public": identity.Public, "user": identity.User, "service": identity.Service}[l.cfg.Access]
	read := func(pattern string, class admit.Class, summary string, h lane.Handler) lane.Route {
		return lane.Route{Pattern: pattern, Effect: lane.Read, Class: class, Access: who, Limits: lane.Limits{Time: l.patience()}, Summary: summary, Handler: h}
	}
	routes := []lane.Route{
		read("GET /v1/profiles/{source}/{username}", admit.Critical, "A profile, by username", lane.JSON(func(ctx context.Context, in *ByUsernameIn) (*Answer, error) {
			return l.one(ctx, in.ReadIn, byUsername, in.Username)
		})),
		read("GET /v1/profile-ids/{source}/{id}", admit.Critical, "A profile, by id", lane.JSON(func(ctx context.Context, in *ByIDIn) (*Answer, error) {
			return l.one(ctx, in.ReadIn, byID, in.ID)
		})),
		read("POST /v1/profiles/batch", admit.Normal, "Up to 100 profiles, without their documents, each with its own result", lane.JSON(l.batch)),
		read("GET /v1/profiles/{source}", admit.Normal, "Search: ?field=text or ?field=beginning* for username and the source's index; up to 3 of them", lane.HTTP(l.search)),
	}
	routes = append(routes, l.adminRoutes()...)
	pictures := &pictureDoor{l.Service, l.pictures}
	routes = append(routes, pictures.routes()...)
	routes = append(routes, l.pages.routes()...)
	return append(routes, l.desk.routes()...)
}

// patience is how long a request may take that has to wait for the slowest source.
func (l *Lane) patience() time.Duration {
	longest := lane.DefaultLimits.Time
	for _, src := range l.sources {
		longest = max(longest, src.cfg.Wait+src.cfg.Timeout+5*time.Second)
	}
	return longest
}

// ReadIn is how a profile is asked for.
type ReadIn struct {
	Source string   `path:"source"`
	Raw    string   `query:"raw" enum:"0,1,false,true" doc:"1: the answer is the source's document, byte for byte; what else there is to say stands in the headers"`
	Match  []string `header:"If-None-Match" doc:"ETags that the client has"`
}

// ByUsernameIn asks by username.
type ByUsernameIn struct {
	ReadIn
	Username string `path:"username"`
}

// ByIDIn asks by id.
type ByIDIn struct {
	ReadIn
	ID string `path:"id"`
}

// Answer is a profile with what is of this answer alone.
type Answer struct {
	Profile
	Age   int64 `json:"age_s" doc:"seconds since fetched_at"`
	Stale bool  `json:"stale" doc:"older than the source's fresh time: a refresh is under way, or the source does not answer"`

	raw, same bool
	caching   string
}

func (l *Lane) one(ctx context.Context, in ReadIn, b by, name string) (*Answer, error) {
	p, err := l.find(ctx, in.Source, b, name)
	if err != nil {
		return nil, err
	}
	return l.shown(p, in), nil
}

func (l *Lane) shown(p *Profile, in ReadIn) *Answer {
	a := &Answer{Profile: *p, raw: in.Raw == "1" || in.Raw == "true", caching: l.caching(p)}
	for _, tag := range in.Match {
		a.same = a.same || tag == "*" || strings.Trim(strings.TrimPrefix(tag, "W/"), `"`) == p.ETag
	}
	return a
}

// caching is how long others may keep an answer: as long as it is fresh, and no longer than who is erased may be seen.
func (l *Lane) caching(p *Profile) string {
	keep := int64(min(p.Fresh, l.cfg.MaxAge) / time.Second)
	if keep == 0 {
		return "no-cache"
	}
	who := "public, max-age="
	if l.cfg.Access != "public" {
		who = "private, max-age="
	}
	return who + strconv.FormatInt(keep, 10)
}

// Status is 304 for what the client has.
func (a *Answer) Status() int {
	if a.same {
		return http.StatusNotModified
	}
	return http.StatusOK
}

// Headers of the answer. The ETag is a weak one where the body says its age.
func (a *Answer) Headers(h http.Header) {
	h["Cache-Control"] = []string{a.caching}
	if !a.raw {
		h["Etag"] = []string{`W/"` + a.ETag + `"`}
		return
	}
	h["Etag"] = []string{`"` + a.ETag + `"`}
	h.Set("X-Profile-Fetched", a.Fetched.Format(time.RFC3339Nano))
	h.Set("X-Profile-Age", strconv.FormatInt(int64(a.Profile.Age/time.Second), 10))
	h.Set("X-Profile-Stale", strconv.FormatBool(a.Profile.Stale))
}

// AppendJSON writes the profile, or its document alone.
func (a *Answer) AppendJSON(b []byte) []byte {
	if a.raw {
		return append(b, a.Document...)
	}
	return a.Profile.AppendJSON(b)
}

// BatchIn asks for several profiles.
type BatchIn struct {
	Profiles []Question `json:"profiles" minItems:"1" maxItems:"100"`
}

// BatchOut has a result for each question, in order.
type BatchOut struct {
	Results []BatchResult `json:"results"`
}

// BatchResult is a profile, or why there is none.
type BatchResult struct {
	Profile *Answer     `json:"profile,omitempty" doc:"without its document"`
	Error   *BatchError `json:"error,omitempty"`
}

// BatchError is what the answer to this question alone would have been.
type BatchError struct {
	Status     int    `json:"status"`
	Code       string `json:"code"`
	Detail     string `json:"detail"`
	RetryAfter int64  `json:"retry_after_s,omitempty"`
}

func (l *Lane) batch(ctx context.Context, in *BatchIn) (*BatchOut, error) {
	out := &BatchOut{Results: make([]BatchResult, len(in.Profiles))}
	for i, one := range l.Batch(ctx, in.Profiles) {
		if one.Err == nil {
			out.Results[i].Profile = &Answer{Profile: *one.Profile}
			continue
		}
		f := fault.From(one.Err)
		out.Results[i].Error = &BatchError{f.Kind.Status(), f.Code, f.Text, int64((f.RetryAfter + time.Second - 1) / time.Second)}
	}
	return out, nil
}

// AppendJSON writes the results without the documents.
func (o *BatchOut) AppendJSON(b []byte) []byte {
	b = append(b, `{"results":[`...)
	for i, r := range o.Results {
		if i > 0 {
			b = append(b, ',')
		}
		if r.Profile != nil {
			b = append(r.Profile.appendWithoutDocument(append(b, `{"profile":`...)), '}')
			continue
		}
		b = append(b, `{"error":{"status":`...)
		b = strconv.AppendInt(b, int64(r.Error.Status), 10)
		b = appendString(append(b, `,"code":`...), r.Error.Code)
		b = appendString(append(b, `,"detail":`...), r.Error.Detail)
		if r.Error.RetryAfter > 0 {
			b = strconv.AppendInt(append(b, `,"retry_after_s":`...), r.Error.RetryAfter, 10)
		}
		b = append(b, "}}"...)
	}
	return append(b, "]}"...)
}

const maxPage = 100 // profiles of one page of a search

var errSearch = fault.New(fault.Invalid, "profiles.search", "The search breaks a rule.")

func (l *Lane) search(w http.ResponseWriter, r *http.Request) error {
	q, err := searchOf(r)
	if err != nil {
		return err
	}
	page, err := l.Search(r.Context(), q)
	if err != nil {
		return err
	}
	b := []byte(`{"profiles":[`)
	for i, p := range page.Profiles {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.appendWithoutDocument(b)
	}
	b = append(b, ']')
	if page.Next != "" {
		b = appendString(append(b, `,"next":`...), page.Next)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(append(b, '}'))
	return err
}

// searchOf reads the query: limit and after, and all else is a field. The order of fields is theirs, not the query's: what is found is
// in the order of the first, on this page and on the next.
func searchOf(r *http.Request) (q Search, err error) {
	q = Search{Source: r.PathValue("source"), Limit: 20}
	for name, values := range r.URL.Query() {
		bad := func(rule string) error { return errSearch.With(fault.Field{Pointer: "query:" + name, Rule: rule}) }
		text := values[0]
		switch {
		case len(values) > 1:
			return q, bad("must be given once")
		case name == "after":
			q.After = text
		case name == "limit":
			if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit < 1 || q.Limit > maxPage {
				return q, bad("must be 1 to 100")
			}
		case len(text) > maxName || clean(strings.TrimSuffix(text, "*"), maxName) == "":
			return q, bad("must be 1 to 800 bytes of UTF-8")
		default:
			beginning, prefix := strings.CutSuffix(text, "*")
			q.Where = append(q.Where, Match{Field: name, Text: beginning, Prefix: prefix})
		}
	}
	slices.SortFunc(q.Where, func(a, b Match) int { return strings.Compare(a.Field, b.Field) })
	if len(q.Where) < 1 || len(q.Where) > 3 {
		return q, errSearch.With(fault.Field{Pointer: "query", Rule: "must have 1 to 3 fields to search by"})
	}
	return q, nil
}

var _ httpio.Appender = (*Answer)(nil)

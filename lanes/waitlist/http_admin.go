package waitlist

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

func (l *Lane) adminRoutes() []lane.Route {
	route := func(pattern string, effect lane.Effect, access identity.Access, summary string, h lane.Handler) lane.Route {
		return lane.Route{Pattern: pattern, Effect: effect, Class: admit.Normal, Access: access, Summary: summary, Handler: h}
	}
	return []lane.Route{
		route("GET /v1/waitlist/{list}/signups", lane.Read, identity.Admin, "Find sign-ups", lane.JSON(l.search)),
		route("GET /v1/waitlist/{list}/signups/{id}", lane.Read, identity.Admin, "Read a sign-up with its consents", lane.JSON(l.oneSignup)),
		route("POST /v1/waitlist/{list}/signups/{id}/resend", lane.Write, identity.Admin, "Send the confirmation once more", lane.JSON(l.resend)),
		route("DELETE /v1/waitlist/{list}/signups/{id}", lane.Write, identity.Service, "Erase somebody from a list", lane.JSON(l.eraseOne)),
		route("POST /v1/waitlist/erasures", lane.Write, identity.Service, "Erase an address from all lists, for good", lane.JSON(l.eraseAddress)),
		route("POST /v1/waitlist/erasures/allow", lane.Write, identity.Admin, "Let an erased address sign up again", lane.JSON(l.allow)),
		route("POST /v1/waitlist/erasures/ledger", lane.Read, identity.Admin, "Read what the consent ledger keeps of an erased address", lane.JSON(l.ledger)),
		route("POST /v1/waitlist/{list}/waves", lane.Write, identity.Admin, "Invite the next people", lane.JSON(l.startWave)),
		route("GET /v1/waitlist/{list}/waves", lane.Read, identity.Admin, "List waves, newest first", lane.JSON(l.listWaves)),
		route("GET /v1/waitlist/{list}/waves/{name}", lane.Read, identity.Admin, "Read a wave", lane.JSON(l.oneWave)),
		{
			Pattern: "GET /v1/waitlist/{list}/stats", Effect: lane.Read, Class: admit.Bulk, Access: identity.Admin, Limits: lane.Limits{Time: time.Minute},
			Summary: "Count sign-ups by day, source, campaign and referral", Handler: lane.JSON(l.stats),
		},
		{
			Pattern: "GET /v1/waitlist/{list}/export", Effect: lane.Read, Class: admit.Bulk, Access: identity.Admin, Limits: lane.Limits{Time: -1},
			Summary: "Export all sign-ups as of one moment: format=csv or ndjson, bom=1 for Excel", Handler: lane.HTTP(l.export),
		},
	}
}

// SearchIn asks for a page of sign-ups.
type SearchIn struct {
	List    string `path:"list" json:"-" maxLength:"40"`
	Address string `query:"address" maxLength:"254" pattern:"^[ -~]*$" doc:"beginning of the address in normal form"`
	Stage   string `query:"stage" enum:"pending,waiting,invited,unsubscribed"`
	After   string `query:"after" maxLength:"254" pattern:"^[ -~]*$" doc:"the next of the page before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// SearchOut is a page of sign-ups.
type SearchOut struct {
	Signups []*Signup `json:"signups"`
	Next    string    `json:"next,omitempty" doc:"after which the next page starts; empty: this is the last"`
}

func (l *Lane) search(ctx context.Context, in *SearchIn) (*SearchOut, error) {
	f := Filter{List: in.List, Prefix: strings.ToLower(in.Address), Stage: Stage(in.Stage), After: in.After, Limit: in.Limit + 1}
	found, err := l.Search(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &SearchOut{Signups: found}
	if len(found) > in.Limit {
		out.Signups = found[:in.Limit]
		last := found[in.Limit-1]
		if out.Next = last.ID; in.Address != "" {
			out.Next = last.Address
		}
	}
	return out, nil
}

// BySignup names a sign-up.
type BySignup struct {
	List string `path:"list" json:"-" maxLength:"40"`
	ID   string `path:"id" json:"-" pattern:"^[0-9A-Z]{26}$"`
}

// SignupOut is a sign-up with what the consent ledger has of it.
type SignupOut struct {
	Signup   *Signup `json:"signup"`
	Consents []Entry `json:"consents"`
}

func (l *Lane) oneSignup(ctx context.Context, in *BySignup) (*SignupOut, error) {
	one, ledger, err := l.Signup(ctx, in.List, in.ID)
	if err != nil {
		return nil, err
	}
	return &SignupOut{one, ledger}, nil
}

func (l *Lane) resend(ctx context.Context, in *BySignup) (*Received, error) {
	if err := l.Resend(ctx, in.List, in.ID); err != nil {
		return nil, err
	}
	return &Received{"received"}, nil
}

func (l *Lane) eraseOne(ctx context.Context, in *BySignup) (*Nothing, error) {
	return nil, l.Erase(ctx, in.List, in.ID)
}

// AddressIn is an address that an operator names. It stands in the body: URLs are logged.
type AddressIn struct {
	Address string `json:"address" maxLength:"320"`
}

// ErasedOut says on how many lists an address was.
type ErasedOut struct {
	Erased int `json:"erased"`
}

func (l *Lane) eraseAddress(ctx context.Context, in *AddressIn) (*ErasedOut, error) {
	n, err := l.EraseAddress(ctx, in.Address)
	if err != nil {
		return nil, err
	}
	return &ErasedOut{n}, nil
}

// AllowedOut says whether an address could not sign up before.
type AllowedOut struct {
	Was bool `json:"was_erased"`
}

func (l *Lane) allow(ctx context.Context, in *AddressIn) (*AllowedOut, error) {
	was, err := l.Allow(ctx, in.Address)
	if err != nil {
		return nil, err
	}
	return &AllowedOut{was}, nil
}

// LedgerOut is what the consent ledger has.
type LedgerOut struct {
	Consents []Entry `json:"consents"`
}

func (l *Lane) ledger(ctx context.Context, in *AddressIn) (*LedgerOut, error) {
	entries, err := l.Ledger(ctx, in.Address)
	if err != nil {
		return nil, err
	}
	return &LedgerOut{entries}, nil
}

// WaveIn asks for invitations.
type WaveIn struct {
	List  string `path:"list" json:"-" maxLength:"40"`
	Name  string `json:"name" minLength:"1" maxLength:"40" pattern:"^[a-z0-9][a-z0-9-]*$" doc:"the same name again is the same wave: nobody more is invited"`
	Count int    `json:"count" minimum:"1" maximum:"1000000" doc:"how many to invite, at most"`
}

func (l *Lane) startWave(ctx context.Context, in *WaveIn) (*Wave, error) {
	return l.StartWave(ctx, in.List, in.Name, in.Count)
}

// WavesOut is the waves of a list.
type WavesOut struct {
	Waves []*Wave `json:"waves"`
}

func (l *Lane) listWaves(ctx context.Context, in *ByList) (*WavesOut, error) {
	waves, err := l.Waves(ctx, in.List)
	if err != nil {
		return nil, err
	}
	return &WavesOut{waves}, nil
}

// ByWave names a wave.
type ByWave struct {
	List string `path:"list" json:"-" maxLength:"40"`
	Name string `path:"name" json:"-" maxLength:"40" pattern:"^[a-z0-9][a-z0-9-]*$"`
}

func (l *Lane) oneWave(ctx context.Context, in *ByWave) (*Wave, error) {
	return l.Wave(ctx, in.List, in.Name)
}

// StatsIn asks for numbers.
type StatsIn struct {
	List   string `path:"list" json:"-" maxLength:"40"`
	Offset int    `query:"offset" minimum:"-840" maximum:"840" doc:"minutes by which days begin before those of UTC: 540 for Seoul"`
}

func (l *Lane) stats(ctx context.Context, in *StatsIn) (*Stats, error) {
	return l.Stats(ctx, in.List, time.Duration(in.Offset)*time.Minute)
}

// rowsTrailer comes after an export that is whole, with the number of its sign-ups. When something goes wrong on the way, the
// connection is aborted and there is none.
const rowsTrailer = "X-Export-Rows"

func (l *Lane) export(w http.ResponseWriter, r *http.Request) error {
	q, list := r.URL.Query(), r.PathValue("list")
	format := q.Get("format")
	media := map[string]string{"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}[format]
	if media == "" {
		return ErrFormat
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="waitlist-`+list+`.`+format+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Trailer", rowsTrailer)
	rows, err := l.Export(r.Context(), list, format, q.Get("bom") == "1", w)
	if err != nil {
		for _, name := range []string{"Content-Disposition", "Trailer"} {
			h.Del(name)
		}
		return err
	}
	h.Set(rowsTrailer, strconv.FormatInt(rows, 10))
	return nil
}

package server

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

func TestWhatClientsAreToldOfErrors(t *testing.T) {
	for _, c := range []struct {
		err       error
		code      uint32
		temporary bool
		message   string
	}{
		{errors.New("password in here"), 100, true, "internal: Something went wrong on our side."},
		{context.DeadlineExceeded, 100, true, "timeout: The request took longer than it may."},
		{hub.ErrUnknownChannel, 102, false, "live.unknown_channel: There is no such channel."},
		{errNotSubscribed, 103, false, "live.not_subscribed: The connection is not in this channel."},
		{errMethod, 104, false, "live.method: There is no such method."},
		{errSubscribed, 105, false, "live.subscribed: The connection is in this channel already."},
		{errSubscriptions, 106, false, "live.subscriptions: The connection is in as many channels as it may be."},
		{errParams, 107, false, "live.params: The method cannot read its data."},
		{errKind, 108, false, "live.kind: Only channels that are streams are here, without filters."},
		{errTestExpired, 109, false, "identity.token_expired: The token has expired."},
		{errRate, 111, true, "live.rate: Too many commands."},
		{hub.ErrUnrecoverable, 112, false, "live.unrecoverable: The log does not have this position any more."},
		{hub.ErrBusy, 100, true, "live.busy: Too much is waiting."},
		{
			fault.New(fault.Conflict, "papers.closed", "The paper is closed.").Because(errors.New("row 7")), 409, false,
			"papers.closed: The paper is closed.",
		},
		{
			fault.New(fault.Invalid, "papers.note", "The note breaks a rule.").With(fault.Field{Pointer: "/text", Rule: "must not be empty"}),
			422, false, "papers.note: The note breaks a rule.; /text must not be empty",
		},
	} {
		got := told(c.err)
		if got.Code != c.code || got.Temporary != c.temporary || got.Message != c.message {
			t.Errorf("%v is told as %+v", c.err, *got)
		}
	}
}

// TestEveryKindHasACode: also those that come to be.
func TestEveryKindHasACode(t *testing.T) {
	for kind := fault.Internal; kind <= fault.Timeout; kind++ {
		if byKind[kind] == nil {
			t.Errorf("kind %d (%d) has none", kind, kind.Status())
		}
	}
}

// TestABucketNeverGivesMoreThanItHas checks any series of takes against the two bounds: never more than the burst at once, and never
// more than burst + rate × time in any time.
func TestABucketNeverGivesMoreThanItHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate, burst := rapid.IntRange(1, 1000).Draw(t, "rate"), rapid.IntRange(1, 1000).Draw(t, "burst")
		var b bucket
		now, highest, given := int64(1_000_000), int64(1_000_000), 0
		for _, step := range rapid.SliceOfN(rapid.Int64Range(-100, 2000), 1, 200).Draw(t, "steps") {
			now += step
			highest = max(highest, now)
			for range 20 {
				if b.take(now, rate, burst) {
					given++
				}
			}
			if most := float64(burst) + float64(highest-1_000_000+100)*float64(rate)/1000; float64(given) > most*1.001+1 {
				t.Fatalf("gave %d of %f", given, most)
			}
		}
		if !b.take(b.at+int64(burst+1)*1000, rate, burst) {
			t.Fatal("it does not fill again")
		}
	})
}

func TestWhoMayBeInPlainChannels(t *testing.T) {
	ann := identity.Caller{Access: identity.User, ID: "ann"}
	later := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	check := func(_ context.Context, token string) (user, channel string, until time.Time, err error) {
		if token == "" || token == "broken" {
			return "", "", time.Time{}, errTestToken
		}
		return strings.TrimPrefix(token, "anybody"), "c:1", later, nil
	}
	for name, c := range map[string]struct {
		kind  ChannelConfig
		who   identity.Caller
		at    string
		token string
		want  error
	}{
		"public, a user":             {kind: ChannelConfig{Access: "public"}, who: ann},
		"public, nobody":             {kind: ChannelConfig{Access: "public"}, want: errNeedsUser},
		"public and open, nobody":    {kind: ChannelConfig{Access: "public", Anonymous: true}},
		"users', a user":             {kind: ChannelConfig{Access: "user"}, who: ann},
		"users', nobody":             {kind: ChannelConfig{Access: "user"}, want: errNeedsUser},
		"users', a service":          {kind: ChannelConfig{Access: "user"}, who: identity.Caller{Access: identity.Service, ID: "service"}, want: errNeedsUser},
		"one's own":                  {kind: ChannelConfig{Access: "owner"}, who: ann, at: "c:ann"},
		"another's":                  {kind: ChannelConfig{Access: "owner"}, who: ann, at: "c:annie", want: errNotYours},
		"an owner's, nobody":         {kind: ChannelConfig{Access: "owner"}, at: "c:", want: errNotYours},
		"with a token":               {kind: ChannelConfig{Access: "token"}, who: ann, token: "ann"},
		"with another's token":       {kind: ChannelConfig{Access: "token"}, who: ann, token: "bob", want: errSubToken},
		"with one for another place": {kind: ChannelConfig{Access: "token"}, who: ann, at: "c:2", token: "ann", want: errSubToken},
		"with anybody's token":       {kind: ChannelConfig{Access: "token"}, who: ann, token: "anybody"},
		"without a token":            {kind: ChannelConfig{Access: "token"}, who: ann, want: errSubToken},
		"with a broken token":        {kind: ChannelConfig{Access: "token"}, who: ann, token: "broken", want: errTestToken},
	} {
		c.kind.Prefix = "c:"
		if c.at == "" {
			c.at = "c:1"
		}
		room, err := Plain([]ChannelConfig{c.kind}, check)[0].Open(t.Context(), nil, c.at, nil)
		if err != nil {
			t.Fatal(err)
		}
		g, err := room.Allow(t.Context(), realtime.Client{Caller: c.who}, realtime.Subscribe{Channel: c.at, Token: c.token})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (g.Expires != later) == (c.kind.Access == "token") {
			t.Errorf("%s: until %v", name, g.Expires)
		}
	}
	if room, _ := Plain([]ChannelConfig{{Prefix: "c:", Access: "token"}}, nil)[0].Open(t.Context(), nil, "c:1", nil); room != nil {
		if _, err := room.Allow(t.Context(), realtime.Client{Caller: ann}, realtime.Subscribe{Token: "ann"}); !errors.Is(err, errSubToken) {
			t.Errorf("where no token can be checked: %v", err)
		}
	}
}

func TestHowLongATokenLastsIsToldInWholeSeconds(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	for _, c := range []struct {
		until   time.Time
		expires bool
		seconds uint32
	}{
		{time.Time{}, false, 0},
		{now.Add(time.Minute), true, 60},
		{now.Add(time.Minute + time.Millisecond), true, 61},
		{now.Add(-time.Minute), true, 1},
		{now.Add(200 * 365 * 24 * time.Hour), true, 1 << 31},
	} {
		if expires, seconds := ttl(c.until, now.UnixMilli()); expires != c.expires || seconds != c.seconds {
			t.Errorf("%v: %v %d", c.until, expires, seconds)
		}
	}
}

func TestTheNameOfAProgramIsCutBetweenLetters(t *testing.T) {
	for name, want := range map[string]int{"": 0, "js": 2, string(make([]byte, 100)): 64, "x" + longKorean: 64} {
		if got := programName(name); len(got) > maxName || len(got) != want {
			t.Errorf("%q became %q (%d bytes)", name, got, len(got))
		}
	}
}

const longKorean = "가나다라마바사아자차카타파하가나다라마바사아자차카타파하"

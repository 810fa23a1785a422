package allocation

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/url"
	"time"
)

// audience is the people of a demo: they unlock their phones a few times a second, see what they are given, and now and then
// tap it.
type audience struct {
	service *Service
	dice    *rand.Rand
	people  []UserInfo
}

const (
	audienceSize = 400
	audienceTick = 200 * time.Millisecond
)

func newAudience(s *Service) *audience {
	a := &audience{service: s, dice: rand.New(rand.NewPCG(uint64(s.now().UnixNano()), 1)), people: make([]UserInfo, audienceSize)}
	for i := range a.people {
		a.people[i] = person(rand.New(rand.NewPCG(uint64(i), 2)), fmt.Sprintf("demo-%03d", i))
	}
	return a
}

// person makes the same one for the same dice.
func person(dice *rand.Rand, id string) UserInfo {
	one := func(of ...string) string { return of[dice.IntN(len(of))] }
	u := UserInfo{ID: id}
	at := &u.Attributes
	at.AddText("os", one("android", "android", "android", "ios"))
	at.AddNumber("age", float64(16+dice.IntN(26)+dice.IntN(26)))
	region := one("seoul", "seoul", "gyeonggi", "gyeonggi", "incheon", "busan", "daegu", "jeju")
	at.AddText("region", region)
	at.AddText("app_version", one("5.1.4", "5.2.0", "5.3.1", "5.3.1"))
	tastes := []string{"coffee", "travel", "games", "food", "music", "running", "books", "finance"}
	dice.Shuffle(len(tastes), func(i, k int) { tastes[i], tastes[k] = tastes[k], tastes[i] })
	at.AddList("interests", tastes[:1+dice.IntN(3)])
	at.AddNumber("affinity."+one("weather", "economy", "food", "travel", "tech", "sports", "health", "culture"), 1)
	if region == "seoul" {
		at.AddPoint("location", 37.46+dice.Float64()*0.16, 126.9+dice.Float64()*0.2)
	}
	return u
}

// run asks until the context ends, with nothing to ask for before the sample data is in.
func (a *audience) run(ctx context.Context) error {
	tick := time.NewTicker(audienceTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if !a.service.catalogue.Load().isDemo() {
			continue
		}
		for range a.unlocks() {
			if err := a.unlock(ctx); err != nil && ctx.Err() == nil {
				a.service.log.Warn("allocation: the demo's audience was not answered", "err", err)
			}
		}
	}
}

// unlocks is how many there are in one tick: about six a second, in slow waves.
func (a *audience) unlocks() int {
	t := float64(a.service.now().UnixMilli()) / 1000
	mean := (6 + 3*math.Sin(t/9) + 1.5*math.Sin(t/2.3)) * audienceTick.Seconds()
	n := int(mean)
	if a.dice.Float64() < mean-float64(n) {
		n++
	}
	return n
}

// unlock is one person looking at one placement, and what they do there.
func (a *audience) unlock(ctx context.Context) error {
	place := demoPlacements[[...]int{0, 0, 0, 1, 1, 2}[a.dice.IntN(6)]].ID
	answer, err := a.service.Decide(ctx, &Request{Placements: []Ask{{ID: place}}, User: a.people[a.dice.IntN(len(a.people))]})
	if err != nil {
		return err
	}
	var events []Reported
	for _, it := range answer.Placements[0].Items {
		if a.dice.Float64() > 0.93 { // the screen went dark before it was seen
			continue
		}
		events = append(events, Reported{Kind: Impression, Token: it.Token})
		if a.dice.Float64() > 0.035 {
			continue
		}
		events = append(events, Reported{Kind: Click, Token: it.Token})
		if it.Kind == "ad" && a.dice.Float64() < 0.15 {
			events = append(events, Reported{Kind: Conversion, Token: it.Token})
		}
	}
	return a.service.ReportAll(ctx, events)
}

// demoPeople are whom the page offers to look as.
var demoPeople = []struct {
	user, ko, en string
	given        url.Values
}{
	{"haru", "하루, 27 · 서울 · 커피와 여행", "Haru, 27 · Seoul · coffee, travel", url.Values{
		"os": {"android"}, "age": {"27"}, "region": {"seoul"}, "interests": {"coffee", "travel"}, "app_version": {"5.3.1"}, "location": {"37.498, 127.028"},
	}},
	{"mina", "미나, 34 · 부산 · 러닝", "Mina, 34 · Busan · running", url.Values{
		"os": {"ios"}, "age": {"34"}, "region": {"busan"}, "interests": {"running", "food"}, "app_version": {"5.2.0"},
	}},
	{"jun", "준, 19 · 경기 · 게임", "Jun, 19 · Gyeonggi · games", url.Values{
		"os": {"android"}, "age": {"19"}, "region": {"gyeonggi"}, "interests": {"games", "music"}, "app_version": {"5.3.1"},
	}},
	{"sunja", "순자, 61 · 제주 · 책", "Sunja, 61 · Jeju · books", url.Values{
		"os": {"android"}, "age": {"61"}, "region": {"jeju"}, "interests": {"books"}, "app_version": {"5.1.4"},
	}},
}

// asSomebody is a query of the page with the first of these people in it: whom nobody knows sees nothing that has a frequency cap.
func asSomebody(in url.Values) url.Values {
	first := demoPeople[0]
	out := maps.Clone(first.given)
	maps.Copy(out, in)
	out.Set("user", first.user)
	return out
}

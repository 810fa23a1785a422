package allocation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lane"
)

// Demo fills the catalogue with that of an imaginary Korean lock screen, in one transaction. Where it is there already, it
// changes nothing. It refuses to mix with things of one's own: a demo's page is open to all, and its audience spends budgets.
func (l *Lane) Demo(ctx context.Context) error {
	c := l.catalogue.Load()
	if c.isDemo() {
		return nil
	}
	if len(c.placements) > 0 || c.lineItems.len() > 0 {
		return errors.New("this data is not a demo's: choose an empty directory with --data")
	}
	im := &importer{service: l.Service, seen: map[string]int{}}
	for i, t := range demoThings(l.now()) {
		if err := im.add(i+1, t, nil); err != nil {
			return err
		}
	}
	_, err := im.write(ctx)
	return err
}

// isDemo reports whether the sample data is in it.
func (c *catalogue) isDemo() bool { return c.lineItems.get(demoAds[0].id) != nil }

// DemoGuide names the page, and three lines that allocate, report an impression, and read the report.
func (l *Lane) DemoGuide(site lane.Site) lane.Guide {
	const asJSON = `-H 'Content-Type: application/json'`
	const who = `{"placements":[{"id":"lock"}],"user":{"id":"haru","attributes":{"os":"android","age":27,"region":"seoul","interests":["coffee","travel"]}}}`
	ask := fmt.Sprintf(`curl -s %s/v1/allocations %s -d '%s'`, site.URL, asJSON, who)
	return lane.Guide{
		Open: []lane.Link{{Title: "What is allocated now", URL: site.URL + "/allocation"}},
		Try: []string{
			ask,
			ask + ` | sed 's/.*"token":"\([^"]*\)".*/{"events":[{"type":"impression","token":"\1"}]}/' | ` +
				fmt.Sprintf(`curl -s %s/v1/events %s -d @-`, site.URL, asJSON),
			fmt.Sprintf(`curl -s '%s/v1/allocation/reports?group=placement' -H 'Authorization: Bearer %s'`, site.URL, site.AdminKey),
		},
	}
}

// demoAd is a line item with its one creative.
type demoAd struct {
	id, campaign, tier, bidType string
	won                         float64 // the bid: for a thousand impressions, a click or an impression
	ko, en                      string
	targeting                   string
	change                      func(*LineItem) // what few have
}

// demoStory is a piece of content with its one creative.
type demoStory struct {
	topic     string
	score     float64
	hours     float64 // since it was published
	ko, en    string
	targeting string
}

func won(n float64) int64 { return int64(n * 1e6) }

// demoThings is the whole sample catalogue, published up to now.
func demoThings(now time.Time) []thing {
	var all []thing
	for i := range demoAdvertisers {
		a := demoAdvertisers[i]
		all = append(all, &a)
	}
	for i := range demoPlacements {
		p := demoPlacements[i]
		all = append(all, &p)
	}
	for i := range demoCampaigns {
		c := demoCampaigns[i]
		all = append(all, &c)
	}
	for _, a := range demoAds {
		all = append(all, a.things()...)
	}
	for i, s := range demoStories {
		all = append(all, s.things(fmt.Sprintf("%s-%02d", s.topic, i+1), now)...)
	}
	return all
}

func (a *demoAd) things() []thing {
	item := &LineItem{
		ID: a.id, Name: a.en, Campaign: a.campaign, Kind: "ad", Tier: a.tier, BidType: a.bidType, Bid: won(a.won),
		Zone: "Asia/Seoul", Targeting: TargetingText(a.targeting),
	}
	if a.change != nil {
		a.change(item)
	}
	return []thing{item, demoCreative(a.id, a.ko, a.en)}
}

func (s *demoStory) things(id string, now time.Time) []thing {
	published := now.Add(-time.Duration(s.hours * float64(time.Hour))).Truncate(time.Minute)
	item := &LineItem{
		ID: id, Name: s.en, Kind: "content", Zone: "Asia/Seoul", Score: s.score, Topic: s.topic, PublishedAt: &published,
		Targeting: TargetingText(s.targeting),
	}
	return []thing{item, demoCreative(id, s.ko, s.en)}
}

func demoCreative(id, ko, en string) *Creative {
	extra, err := json.Marshal(map[string]string{"title_en": en})
	if err != nil { // a map of strings
		panic(err)
	}
	subject, _, _ := strings.Cut(id, "-")
	return &Creative{
		ID: id + "-1", LineItem: id, Title: ko, Image: picturePath + id + ".svg",
		Landing: "https://www.example.com/" + subject + "/" + id, Extra: extra,
	}
}

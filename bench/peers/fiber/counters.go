package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

const (
	campaignsKey = "spend:campaigns"
	dayKept      = 3 * 24 * time.Hour
)

// A day begins at midnight in Seoul, which has no summer time.
var seoul = time.FixedZone("KST", 9*60*60)

func dayKey(now time.Time) string { return "spend:" + now.In(seoul).Format("20060102") }

// counters are the caps and budgets as one request sees them: one pipeline to read, one to write.
type counters struct {
	redis   rueidis.Client
	user    string
	day     string
	now     int64 // unix milliseconds
	longest int64 // longest window of a cap, milliseconds
	read    bool
	seen    []sight
}

type sight struct{ item, at int64 }

func (c *counters) seenKey() string { return "seen:" + c.user }

func (c *counters) seenCommand() rueidis.Completed {
	from := strconv.FormatInt(c.now-c.longest, 10)
	return c.redis.B().Zrangebyscore().Key(c.seenKey()).Min(from).Max("+inf").Withscores().Build()
}

// history reads what the user saw, if it was not read with the ads.
func (c *counters) history(ctx context.Context) error {
	if c.read {
		return nil
	}
	return c.remember(c.redis.Do(ctx, c.seenCommand()))
}

func (c *counters) remember(result rueidis.RedisResult) error {
	scores, err := result.AsZScores()
	if err != nil {
		return err
	}
	c.read = true
	c.seen = make([]sight, 0, len(scores))
	for _, s := range scores {
		item, _, _ := strings.Cut(s.Member, ":")
		if n, err := strconv.ParseInt(item, 10, 64); err == nil {
			c.seen = append(c.seen, sight{n, int64(s.Score)})
		}
	}
	return nil
}

// affordable looks a batch of ads up, and keeps those that have money left for one more event.
func (c *counters) affordable(ctx context.Context, ads []*candidate) ([]*candidate, error) {
	items, campaigns := make([]string, len(ads)), make([]string, len(ads))
	for i, ad := range ads {
		items[i], campaigns[i] = ad.field, ad.campaignField
	}
	commands := make([]rueidis.Completed, 0, 3)
	commands = append(commands,
		c.redis.B().Hmget().Key(c.day).Field(items...).Build(),
		c.redis.B().Hmget().Key(campaignsKey).Field(campaigns...).Build())
	if !c.read {
		commands = append(commands, c.seenCommand())
	}
	results := c.redis.DoMulti(ctx, commands...)
	if !c.read {
		if err := c.remember(results[2]); err != nil {
			return nil, err
		}
	}
	today, err := results[0].ToArray()
	if err != nil {
		return nil, err
	}
	total, err := results[1].ToArray()
	if err != nil {
		return nil, err
	}
	kept := ads[:0]
	for i, ad := range ads {
		if within(today[i], ad.price, ad.dailyBudget) && within(total[i], ad.price, ad.campaignBudget) {
			kept = append(kept, ad)
		}
	}
	return kept, nil
}

// within reports whether one more event keeps the budget; -1 is none.
func within(spent rueidis.RedisMessage, price, budget int64) bool {
	if budget < 0 {
		return true
	}
	n := int64(0)
	if !spent.IsNil() {
		n, _ = spent.AsInt64()
	}
	return n+price <= budget
}

func (c *counters) capped(item *candidate) bool {
	if item.capWindow == 0 {
		return false
	}
	times := 0
	for _, s := range c.seen {
		if s.item == item.ItemID && s.at > c.now-item.capWindow {
			times++
		}
	}
	return times >= item.capTimes
}

// commit counts what is shown: caps, and the price of what is paid by impression.
func (c *counters) commit(ctx context.Context, shown []*candidate) error {
	commands := make([]rueidis.Completed, 0, 8)
	nonce := ":" + rand.Text()[:12]
	capped := false
	add := c.redis.B().Zadd().Key(c.seenKey()).ScoreMember()
	for _, s := range shown {
		if s == nil {
			continue
		}
		if s.capWindow > 0 {
			capped = true
			add = add.ScoreMember(float64(c.now), s.field+nonce)
		}
		if s.paid() && s.bidType != "cpc" {
			commands = c.spend(commands, s)
		}
	}
	if capped {
		commands = append(commands, add.Build(),
			c.redis.B().Zremrangebyscore().Key(c.seenKey()).Min("-inf").Max(strconv.FormatInt(c.now-c.longest, 10)).Build(),
			c.redis.B().Expire().Key(c.seenKey()).Seconds(c.longest/1000).Build())
	}
	return c.send(ctx, commands)
}

func (c *counters) spend(commands []rueidis.Completed, item *candidate) []rueidis.Completed {
	return append(commands,
		c.redis.B().Hincrby().Key(c.day).Field(item.field).Increment(item.price).Build(),
		c.redis.B().Expire().Key(c.day).Seconds(int64(dayKept/time.Second)).Build(),
		c.redis.B().Hincrby().Key(campaignsKey).Field(item.campaignField).Increment(item.price).Build())
}

func (c *counters) send(ctx context.Context, commands []rueidis.Completed) error {
	if len(commands) == 0 {
		return nil
	}
	for _, result := range c.redis.DoMulti(ctx, commands...) {
		if err := result.Error(); err != nil {
			return err
		}
	}
	return nil
}

// charge counts a paid click.
func (a *API) charge(ctx context.Context, item *candidate) error {
	c := &counters{redis: a.redis, day: dayKey(time.Now())}
	return c.send(ctx, c.spend(nil, item))
}

// firstTime reports whether this event of this ticket was not counted yet.
func (a *API) firstTime(ctx context.Context, kind, mark string) (bool, error) {
	key := fmt.Sprintf("event:%s:%s", kind, mark)
	err := a.redis.Do(ctx, a.redis.B().Set().Key(key).Value("1").Nx().Ex(trackTime).Build()).Error()
	if rueidis.IsRedisNil(err) {
		return false, nil
	}
	return err == nil, err
}

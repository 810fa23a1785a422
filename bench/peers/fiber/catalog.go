package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	tierHouse    = 9
	predictedCTR = 0.005
)

// catalog is what one placement is filled from, each list in rank order.
type catalog struct {
	slots      int
	adsEvery   int
	ads        []*candidate
	articles   []*candidate
	house      []*candidate
	byItem     map[int64]*candidate
	longestCap int64 // milliseconds
}

type candidate struct {
	shown
	kind           string
	tier           int
	bidType        string
	ecpm, price    int64 // micros
	dailyBudget    int64 // micros; -1: no limit
	campaignBudget int64
	campaignID     int64
	advertiserID   int64
	field          string // of the item in the hash of the day
	campaignField  string
	score          int
	published      int64
	starts, ends   int64 // unix milliseconds
	capTimes       int
	capWindow      int64 // milliseconds; 0: no cap
	rules          []rule
}

// shown is the part of a slot that is the same for everyone.
type shown struct {
	Type         string       `json:"type"`
	ItemID       int64        `json:"item_id"`
	CreativeID   int64        `json:"creative_id"`
	Title        string       `json:"title"`
	Image        string       `json:"image_url"`
	Landing      string       `json:"landing_url"`
	Campaign     *campaignRef `json:"campaign,omitempty"`
	Advertiser   *string      `json:"advertiser,omitempty"`
	CallToAction *string      `json:"call_to_action,omitempty"`
	Source       *source      `json:"source,omitempty"`
}

type campaignRef struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type source struct {
	Name        string `json:"name"`
	PublishedAt string `json:"published_at"`
}

const candidatesSQL = `
SELECT l.id, l.kind, l.tier, l.bid_type, (l.bid * 1000000)::bigint,
       coalesce((l.daily_budget * 1000000)::bigint, -1), coalesce((c.total_budget * 1000000)::bigint, -1),
       c.id, c.name, a.id, a.name, coalesce(l.cap_count, 0), coalesce(l.cap_hours, 0),
       greatest(l.starts_at, c.starts_at, t.published_at), least(l.ends_at, c.ends_at),
       coalesce(t.score, 0), t.published_at, v.id, v.title, v.image_url, v.landing_url, v.call_to_action,
       coalesce((SELECT json_agg(json_build_array(r.attribute, r.operator, r.operands) ORDER BY r.id)
                   FROM allocation_targetingrule r WHERE r.line_item_id = l.id), '[]'),
       ARRAY(SELECT p.placement_id FROM allocation_lineitem_placements p WHERE p.lineitem_id = l.id)
  FROM allocation_lineitem l
  JOIN allocation_campaign c ON c.id = l.campaign_id
  JOIN allocation_advertiser a ON a.id = c.advertiser_id
  JOIN LATERAL (SELECT * FROM allocation_creative v WHERE v.line_item_id = l.id AND v.is_active ORDER BY v.id LIMIT 1) v ON true
  LEFT JOIN articles_article t ON t.line_item_id = l.id
 WHERE l.is_active AND c.is_active AND a.is_active AND (l.ends_at IS NULL OR l.ends_at > now())
   AND (l.kind = 'ad' OR t.id IS NOT NULL)`

// readCatalogs reads all placements from the tables of the Django backend, in one snapshot.
func readCatalogs(ctx context.Context, pool *pgxpool.Pool) (map[string]*catalog, error) {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // read only
	rows, err := tx.Query(ctx, `SELECT id, code, slots, ads_every, (floor * 1000000)::bigint FROM allocation_placement`)
	if err != nil {
		return nil, err
	}
	byCode, byID, floors := map[string]*catalog{}, map[int64]*catalog{}, map[int64]int64{}
	var id, floor int64
	var code string
	var slots, adsEvery int
	_, err = pgx.ForEachRow(rows, []any{&id, &code, &slots, &adsEvery, &floor}, func() error {
		c := &catalog{slots: slots, adsEvery: adsEvery, byItem: map[int64]*candidate{}}
		byCode[code], byID[id], floors[id] = c, c, floor
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, candidatesSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		item, placements, err := scan(rows)
		if err != nil {
			log.Printf("line item %d left out: %v", item.ItemID, err)
			continue
		}
		for _, p := range placements {
			if item.paid() && item.ecpm < floors[p] {
				continue
			}
			byID[p].add(item)
		}
	}
	for _, c := range byCode {
		for _, list := range [][]*candidate{c.ads, c.articles, c.house} {
			slices.SortFunc(list, compareRank)
		}
	}
	return byCode, rows.Err()
}

func scan(rows pgx.Rows) (*candidate, []int64, error) {
	c := new(candidate)
	var bid int64
	var campaign, advertiser, action string
	var hours int64
	var starts time.Time
	var ends, published *time.Time
	var rules []byte
	var placements []int64
	err := rows.Scan(&c.ItemID, &c.kind, &c.tier, &c.bidType, &bid, &c.dailyBudget, &c.campaignBudget, &c.campaignID,
		&campaign, &c.advertiserID, &advertiser, &c.capTimes, &hours, &starts, &ends, &c.score, &published,
		&c.CreativeID, &c.Title, &c.Image, &c.Landing, &action, &rules, &placements)
	if err != nil {
		return c, nil, err
	}
	c.field, c.campaignField = fmt.Sprint(c.ItemID), fmt.Sprint(c.campaignID)
	c.capWindow = hours * time.Hour.Milliseconds()
	c.starts, c.ends = starts.UnixMilli(), 1<<62
	if ends != nil {
		c.ends = ends.UnixMilli()
	}
	if c.kind == "article" {
		c.Type, c.published = "ARTICLE", published.UnixMilli()
		c.Source = &source{advertiser, published.In(seoul).Format("2006-01-02 15:04")}
	} else {
		c.price, c.ecpm = priceOf(c.bidType, bid)
		c.Type = "AD"
		if c.tier == tierHouse {
			c.Type = "HOUSE"
		}
		c.Campaign, c.Advertiser, c.CallToAction = &campaignRef{c.campaignID, campaign}, &advertiser, &action
	}
	c.rules, err = parseRules(rules)
	return c, placements, err
}

// priceOf gives what the charged event costs, and what a thousand impressions bring.
func priceOf(bidType string, bid int64) (price, ecpm int64) {
	switch bidType {
	case "cpm":
		return (bid + 999) / 1000, bid
	case "cpc":
		return bid, int64(float64(bid) * predictedCTR * 1000)
	}
	return bid, bid * 1000
}

func (c *candidate) paid() bool { return c.kind == "ad" && c.tier != tierHouse }

func (c *catalog) add(item *candidate) {
	switch {
	case item.tier == tierHouse:
		c.house = append(c.house, item)
	case item.kind == "ad":
		c.ads = append(c.ads, item)
	default:
		c.articles = append(c.articles, item)
	}
	c.byItem[item.ItemID] = item
	c.longestCap = max(c.longestCap, item.capWindow)
}

func compareRank(a, b *candidate) int {
	if a.tier != b.tier && a.kind == "ad" {
		return cmp.Compare(a.tier, b.tier)
	}
	return cmp.Or(cmp.Compare(b.ecpm, a.ecpm), cmp.Compare(b.score, a.score), cmp.Compare(b.published, a.published),
		cmp.Compare(a.ItemID, b.ItemID))
}

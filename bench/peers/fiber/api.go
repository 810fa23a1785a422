package main

import (
	"context"
	"log"
	"strconv"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v3"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/rueidis"
)

const (
	maxCount  = 20
	maxUser   = 64
	trackTime = time.Hour
)

// API answers the old backend's allocation endpoint.
type API struct {
	redis    rueidis.Client
	signer   signer
	catalogs atomic.Pointer[map[string]*catalog]
}

type answer struct {
	Result string `json:"result"`
	Slots  []slot `json:"slots"`
}

type slot struct {
	Position int `json:"position"`
	*shown
	ImpressionURL string `json:"impression_url"`
	ClickURL      string `json:"click_url"`
}

type refusal struct {
	Result  string `json:"result"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func refuse(c fiber.Ctx, status int, code, message string) error {
	return c.Status(status).JSON(refusal{"error", code, message})
}

// keepLoading reads the catalogue again and again; what is broken in the database leaves the last good one in place.
func (a *API) keepLoading(ctx context.Context, pool *pgxpool.Pool, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.load(ctx, pool); err != nil && ctx.Err() == nil {
				log.Print("catalogue: ", err)
			}
		}
	}
}

func (a *API) load(ctx context.Context, pool *pgxpool.Pool) error {
	catalogs, err := readCatalogs(ctx, pool)
	if err != nil {
		return err
	}
	a.catalogs.Store(&catalogs)
	return nil
}

func (a *API) allocation(c fiber.Ctx) error {
	user := c.Query("user")
	if user == "" || utf8.RuneCountInString(user) > maxUser {
		return refuse(c, fiber.StatusBadRequest, "bad_user", "user must have 1 to 64 characters")
	}
	count := 0 // as many as the placement has
	if text := c.Query("count"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxCount {
			return refuse(c, fiber.StatusBadRequest, "bad_count", "count must be from 1 to 20")
		}
		count = n
	}
	placement := c.Query("placement")
	catalog := (*a.catalogs.Load())[placement]
	if catalog == nil {
		return refuse(c, fiber.StatusNotFound, "unknown_placement", "there is no such placement")
	}
	if count == 0 {
		count = catalog.slots
	}
	var attrs attributes
	attrs.parse(c)
	chosen, err := a.choose(c.Context(), catalog, count, user, &attrs)
	if err != nil {
		log.Print("counters: ", err)
		return refuse(c, fiber.StatusServiceUnavailable, "unavailable", "try again")
	}
	out := answer{Result: "ok", Slots: make([]slot, 0, len(chosen))}
	now := time.Now()
	for i, picked := range chosen {
		if picked == nil {
			continue
		}
		token := a.signer.sign(picked, placement, user, now)
		out.Slots = append(out.Slots, slot{
			Position: i + 1, shown: &picked.shown,
			ImpressionURL: "/api/v1/lockscreen/track/impression/" + token,
			ClickURL:      "/api/v1/lockscreen/track/click/" + token,
		})
	}
	c.Set(fiber.HeaderCacheControl, "no-store, private")
	return c.JSON(out)
}

// track takes an impression or a click, which leads to the landing page. A repeated one counts once.
func (a *API) track(c fiber.Ctx) error {
	kind := c.Params("kind")
	if kind != "impression" && kind != "click" {
		return refuse(c, fiber.StatusNotFound, "unknown_event", "an event is an impression or a click")
	}
	ticket, err := a.signer.verify(c.Params("token"), time.Now())
	if err != nil {
		return refuse(c, fiber.StatusBadRequest, "bad_token", err.Error())
	}
	first, err := a.firstTime(c.Context(), kind, ticket.mark)
	if err != nil {
		return refuse(c, fiber.StatusServiceUnavailable, "unavailable", "try again")
	}
	if kind == "impression" {
		return c.SendStatus(fiber.StatusNoContent)
	}
	catalog := (*a.catalogs.Load())[ticket.placement]
	if catalog == nil || catalog.byItem[ticket.item] == nil {
		return refuse(c, fiber.StatusNotFound, "gone", "the item is gone")
	}
	item := catalog.byItem[ticket.item]
	if first && item.bidType == "cpc" {
		if err := a.charge(c.Context(), item); err != nil {
			log.Print("click: ", err)
		}
	}
	return c.Redirect().Status(fiber.StatusFound).To(item.shown.Landing)
}

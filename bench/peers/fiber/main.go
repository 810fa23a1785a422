// Command fiber is the allocation endpoint of examples/django/backend as one writes it with Fiber and Redis: the
// catalogue in memory, read from the old backend's PostgreSQL tables; caps and budgets in Redis, asked and counted at
// every request in one pipeline each. It is a peer of the benchmark, and answers what Django answers.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/bytedance/sonic"
	"github.com/gofiber/fiber/v3"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/rueidis"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8100", "address")
	database := flag.String("database", os.Getenv("DATABASE_URL"), "PostgreSQL of the Django backend")
	redis := flag.String("redis", os.Getenv("REDIS_URL"), "redis://host:port/db")
	refresh := flag.Duration("refresh", 30*time.Second, "how often the catalogue is read again")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *database, *redis, *refresh); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen, database, redis string, refresh time.Duration) error {
	pool, err := pgxpool.New(ctx, database)
	if err != nil {
		return err
	}
	defer pool.Close()
	options, err := rueidis.ParseURL(redis)
	if err != nil {
		return err
	}
	options.DisableCache = true // nothing here is read twice
	client, err := rueidis.NewClient(options)
	if err != nil {
		return err
	}
	defer client.Close()
	key, err := trackKey()
	if err != nil {
		return err
	}
	api := &API{redis: client, signer: signer{key}}
	if err := api.load(ctx, pool); err != nil {
		return err
	}
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		api.keepLoading(ctx, pool, refresh)
	}()
	err = api.app().Listen(listen, fiber.ListenConfig{
		DisableStartupMessage: true, GracefulContext: ctx, ShutdownTimeout: 10 * time.Second,
	})
	<-loaded
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// app has the settings that Fiber's documentation recommends where it must be fast.
func (a *API) app() *fiber.App {
	app := fiber.New(fiber.Config{
		JSONEncoder:  sonic.Marshal,
		JSONDecoder:  sonic.Unmarshal,
		ReadTimeout:  10 * time.Second,
		WriteTimeout: 10 * time.Second,
		IdleTimeout:  60 * time.Second,
	})
	app.Get("/healthz", func(c fiber.Ctx) error { return c.SendString("ok") })
	app.Get("/api/v1/lockscreen/allocation/", a.allocation)
	app.Get("/api/v1/lockscreen/track/:kind/:token", a.track)
	return app
}

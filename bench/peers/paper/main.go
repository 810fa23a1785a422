// Command paper is the peers of the live channels, one design a process:
//
//	readall  Fiber and Redis: a message is written to Redis, all of the paper is read back, all of it goes to all
//	change   Fiber and Redis: who comes gets all, then only what changes; saved in the background, nobody waits for it
//	gorilla  a fan-out of gorilla/websocket: a message is prepared once and written to one connection after the other
//
// Who connects to /ws/{paper} is in; what is sent there are the messages of a paper: {"op":…,"t":"note.put","id":…,…}.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/rueidis"
)

// writeTimeout is how long a connection may take a message; then it is ended.
const writeTimeout = 5 * time.Second

// serveFunc serves until the context ends.
type serveFunc func(context.Context, net.Listener) error

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	file := flag.String("addr-file", "", "file to write the address to")
	design := flag.String("design", "change", "readall, change or gorilla")
	redis := flag.String("redis", os.Getenv("REDIS_URL"), "redis://host:port/db")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *file, *design, *redis); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen, file, design, redis string) error {
	serve := serveGorilla
	if design != "gorilla" {
		options, err := rueidis.ParseURL(redis)
		if err != nil {
			return err
		}
		options.DisableCache = true // what is read changes at every message
		client, err := rueidis.NewClient(options)
		if err != nil {
			return err
		}
		defer client.Close()
		if serve, err = fiberDesign(design, notes{client}); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	if file != "" {
		if err := os.WriteFile(file, []byte(l.Addr().String()), 0o600); err != nil {
			return err
		}
	}
	return serve(ctx, l)
}

func fiberDesign(name string, kept notes) (serveFunc, error) {
	switch name {
	case "readall":
		return serveFiber(&readAll{kept}), nil
	case "change":
		return serveFiber(&change{kept}), nil
	}
	return nil, fmt.Errorf("there is no design %q", name)
}

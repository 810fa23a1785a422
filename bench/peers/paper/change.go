package main

import (
	"context"
	"log"

	"github.com/gofiber/contrib/websocket"
)

// change is the second design: who comes gets all, then everybody only what changes. It is saved in the background.
type change struct{ notes }

func (d *change) joined(ctx context.Context, r *room, c *websocket.Conn, paper string) error {
	snapshot, err := d.all(ctx, paper)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write(c, snapshot)
	return nil
}

func (d *change) said(ctx context.Context, r *room, paper string, m message, data []byte) error {
	r.broadcast(data)
	go func() {
		if err := d.save(context.WithoutCancel(ctx), paper, m.ID, data); err != nil {
			log.Printf("paper %s: save: %v", paper, err)
		}
	}()
	return nil
}

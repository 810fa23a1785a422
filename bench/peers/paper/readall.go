package main

import (
	"context"

	"github.com/gofiber/contrib/websocket"
)

// readAll is the first design: Redis is written, all of the paper is read back, and all of it goes to all.
type readAll struct{ notes }

func (d *readAll) joined(ctx context.Context, r *room, c *websocket.Conn, paper string) error {
	snapshot, err := d.all(ctx, paper)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write(c, snapshot)
	return nil
}

func (d *readAll) said(ctx context.Context, r *room, paper string, m message, data []byte) error {
	if err := d.save(ctx, paper, m.ID, data); err != nil {
		return err
	}
	all, err := d.all(ctx, paper)
	if err != nil {
		return err
	}
	r.broadcast(all)
	return nil
}

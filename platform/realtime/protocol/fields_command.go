package protocol

func (c *Command) fields(w *wire) {
	if w.none() {
		return
	}
	w.uint32(1, "id", &c.ID)
	for o := w.object(4, "connect", c.Connect != nil); w.next(&o); {
		made(&c.Connect).fields(w)
	}
	for o := w.object(5, "subscribe", c.Subscribe != nil); w.next(&o); {
		made(&c.Subscribe).fields(w)
	}
	for o := w.object(6, "unsubscribe", c.Unsubscribe != nil); w.next(&o); {
		w.text(1, "channel", &made(&c.Unsubscribe).Channel)
	}
	for o := w.object(7, "publish", c.Publish != nil); w.next(&o); {
		made(&c.Publish).fields(w)
	}
	for o := w.object(8, "presence", c.Presence != nil); w.next(&o); {
		w.text(1, "channel", &made(&c.Presence).Channel)
	}
	for o := w.object(9, "presence_stats", c.PresenceStats != nil); w.next(&o); {
		w.text(1, "channel", &made(&c.PresenceStats).Channel)
	}
	for o := w.object(10, "history", c.History != nil); w.next(&o); {
		made(&c.History).fields(w)
	}
	for o := w.object(11, "ping", c.Ping != nil); w.next(&o); {
		made(&c.Ping)
	}
	for o := w.object(12, "send", c.Send != nil); w.next(&o); {
		w.raw(1, "data", &made(&c.Send).Data)
	}
	for o := w.object(13, "rpc", c.RPC != nil); w.next(&o); {
		r := made(&c.RPC)
		w.raw(1, "data", &r.Data)
		w.text(2, "method", &r.Method)
	}
	for o := w.object(14, "refresh", c.Refresh != nil); w.next(&o); {
		w.text(1, "token", &made(&c.Refresh).Token)
	}
	for o := w.object(15, "sub_refresh", c.SubRefresh != nil); w.next(&o); {
		made(&c.SubRefresh).fields(w)
	}
}

// made is what p points to, made if there is nothing yet.
func made[T any](p **T) *T {
	if *p == nil {
		*p = new(T)
	}
	return *p
}

// requests counts what is asked for.
func (c *Command) requests() (n int) {
	for _, set := range [...]bool{
		c.Connect != nil, c.Subscribe != nil, c.Unsubscribe != nil, c.Publish != nil, c.Presence != nil, c.PresenceStats != nil,
		c.History != nil, c.Ping != nil, c.Send != nil, c.RPC != nil, c.Refresh != nil, c.SubRefresh != nil,
	} {
		if set {
			n++
		}
	}
	return n
}

func (r *ConnectRequest) fields(w *wire) {
	w.text(1, "token", &r.Token)
	w.raw(2, "data", &r.Data)
	w.subscribeRequests(3, "subs", &r.Subs)
	w.text(4, "name", &r.Name)
	w.text(5, "version", &r.Version)
}

func (r *SubscribeRequest) fields(w *wire) {
	w.text(1, "channel", &r.Channel)
	w.text(2, "token", &r.Token)
	w.flag(3, "recover", &r.Recover)
	w.text(6, "epoch", &r.Epoch)
	w.uint64(7, "offset", &r.Offset)
	w.raw(8, "data", &r.Data)
	w.flag(9, "positioned", &r.Positioned)
	w.flag(10, "recoverable", &r.Recoverable)
	w.flag(11, "join_leave", &r.JoinLeave)
	for o := w.object(13, "tf", r.Filtered); w.next(&o); {
		if w.reading {
			r.Filtered = true
		}
	}
	w.int64(14, "flag", &r.Flag)
	w.int32(15, "type", &r.Type)
}

func (r *PublishRequest) fields(w *wire) {
	w.text(1, "channel", &r.Channel)
	w.raw(2, "data", &r.Data)
	w.int32(3, "type", &r.Type)
}

func (r *HistoryRequest) fields(w *wire) {
	w.text(1, "channel", &r.Channel)
	w.int32(7, "limit", &r.Limit)
	for o := w.object(8, "since", r.Since != nil); w.next(&o); {
		s := made(&r.Since)
		w.uint64(1, "offset", &s.Offset)
		w.text(2, "epoch", &s.Epoch)
	}
	w.flag(9, "reverse", &r.Reverse)
}

func (r *SubRefreshRequest) fields(w *wire) {
	w.text(1, "channel", &r.Channel)
	w.text(2, "token", &r.Token)
	w.int32(3, "type", &r.Type)
}

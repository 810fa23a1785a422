package protocol

func (r *Reply) fields(w *wire) {
	if w.none() {
		return
	}
	w.uint32(1, "id", &r.ID)
	for o := w.object(2, "error", r.Error != nil); w.next(&o); {
		made(&r.Error).fields(w)
	}
	for o := w.object(4, "push", r.Push != nil); w.next(&o); {
		made(&r.Push).fields(w)
	}
	for o := w.object(5, "connect", r.Connect != nil); w.next(&o); {
		made(&r.Connect).fields(w)
	}
	for o := w.object(6, "subscribe", r.Subscribe != nil); w.next(&o); {
		made(&r.Subscribe).fields(w)
	}
	for o := w.object(7, "unsubscribe", r.Unsubscribe != nil); w.next(&o); {
		made(&r.Unsubscribe)
	}
	for o := w.object(8, "publish", r.Publish != nil); w.next(&o); {
		made(&r.Publish)
	}
	for o := w.object(9, "presence", r.Presence != nil); w.next(&o); {
		w.clients(1, "presence", &made(&r.Presence).Presence)
	}
	for o := w.object(10, "presence_stats", r.PresenceStats != nil); w.next(&o); {
		s := made(&r.PresenceStats)
		w.uint32(1, "num_clients", &s.NumClients)
		w.uint32(2, "num_users", &s.NumUsers)
	}
	for o := w.object(11, "history", r.History != nil); w.next(&o); {
		h := made(&r.History)
		w.publications(1, "publications", &h.Publications)
		w.text(2, "epoch", &h.Epoch)
		w.uint64(3, "offset", &h.Offset)
	}
	for o := w.object(12, "ping", r.Ping != nil); w.next(&o); {
		made(&r.Ping)
	}
	for o := w.object(13, "rpc", r.RPC != nil); w.next(&o); {
		w.raw(1, "data", &made(&r.RPC).Data)
	}
	for o := w.object(14, "refresh", r.Refresh != nil); w.next(&o); {
		made(&r.Refresh).fields(w)
	}
	for o := w.object(15, "sub_refresh", r.SubRefresh != nil); w.next(&o); {
		s := made(&r.SubRefresh)
		w.flag(1, "expires", &s.Expires)
		w.uint32(2, "ttl", &s.TTL)
	}
}

func (e *Error) fields(w *wire) {
	w.uint32(1, "code", &e.Code)
	w.text(2, "message", &e.Message)
	w.flag(3, "temporary", &e.Temporary)
}

func (r *ConnectResult) fields(w *wire) {
	w.text(1, "client", &r.Client)
	w.text(2, "version", &r.Version)
	w.flag(3, "expires", &r.Expires)
	w.uint32(4, "ttl", &r.TTL)
	w.raw(5, "data", &r.Data)
	w.subscribeResults(6, "subs", &r.Subs)
	w.uint32(7, "ping", &r.Ping)
	w.flag(8, "pong", &r.Pong)
	w.text(9, "session", &r.Session)
	w.text(10, "node", &r.Node)
	w.int64(11, "time", &r.Time)
}

func (r *SubscribeResult) fields(w *wire) {
	w.flag(1, "expires", &r.Expires)
	w.uint32(2, "ttl", &r.TTL)
	w.flag(3, "recoverable", &r.Recoverable)
	w.text(6, "epoch", &r.Epoch)
	w.publications(7, "publications", &r.Publications)
	w.flag(8, "recovered", &r.Recovered)
	w.uint64(9, "offset", &r.Offset)
	w.flag(10, "positioned", &r.Positioned)
	w.raw(11, "data", &r.Data)
	w.flag(12, "was_recovering", &r.WasRecovering)
}

func (r *RefreshResult) fields(w *wire) {
	w.text(1, "client", &r.Client)
	w.text(2, "version", &r.Version)
	w.flag(3, "expires", &r.Expires)
	w.uint32(4, "ttl", &r.TTL)
}

package protocol

func (p *Push) fields(w *wire) {
	if w.none() {
		return
	}
	w.text(2, "channel", &p.Channel)
	for o := w.object(4, "pub", p.Pub != nil); w.next(&o); {
		made(&p.Pub).fields(w)
	}
	for o := w.object(5, "join", p.Join != nil); w.next(&o); {
		w.info(1, "info", &made(&p.Join).Info)
	}
	for o := w.object(6, "leave", p.Leave != nil); w.next(&o); {
		w.info(1, "info", &made(&p.Leave).Info)
	}
	for o := w.object(7, "unsubscribe", p.Unsubscribe != nil); w.next(&o); {
		u := made(&p.Unsubscribe)
		w.uint32(2, "code", &u.Code)
		w.text(3, "reason", &u.Reason)
	}
	for o := w.object(8, "message", p.Message != nil); w.next(&o); {
		w.raw(1, "data", &made(&p.Message).Data)
	}
	for o := w.object(9, "subscribe", p.Subscribe != nil); w.next(&o); {
		made(&p.Subscribe).fields(w)
	}
	for o := w.object(11, "disconnect", p.Disconnect != nil); w.next(&o); {
		d := made(&p.Disconnect)
		w.uint32(1, "code", &d.Code)
		w.text(2, "reason", &d.Reason)
		w.flag(3, "reconnect", &d.Reconnect)
	}
	for o := w.object(12, "refresh", p.Refresh != nil); w.next(&o); {
		r := made(&p.Refresh)
		w.flag(1, "expires", &r.Expires)
		w.uint32(2, "ttl", &r.TTL)
	}
}

func (p *Publication) fields(w *wire) {
	w.raw(4, "data", &p.Data)
	w.info(5, "info", &p.Info)
	w.uint64(6, "offset", &p.Offset)
	w.tags(7, "tags", &p.Tags)
	w.int64(9, "time", &p.Time)
}

func (w *wire) info(number int, name string, p **ClientInfo) {
	for o := w.object(number, name, *p != nil); w.next(&o); {
		made(p).fields(w)
	}
}

func (i *ClientInfo) fields(w *wire) {
	w.text(1, "user", &i.User)
	w.text(2, "client", &i.Client)
	w.raw(3, "conn_info", &i.ConnInfo)
	w.raw(4, "chan_info", &i.ChanInfo)
}

func (s *Subscribe) fields(w *wire) {
	w.flag(1, "recoverable", &s.Recoverable)
	w.text(4, "epoch", &s.Epoch)
	w.uint64(5, "offset", &s.Offset)
	w.flag(6, "positioned", &s.Positioned)
	w.raw(7, "data", &s.Data)
}

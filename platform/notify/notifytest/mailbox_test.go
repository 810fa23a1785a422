package notifytest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/notify/notifytest"
)

func TestMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b notifytest.Mailbox
		var _ notify.Service = &b
		got := make(chan notify.Mail)
		for range 2 {
			go func() {
				m, err := b.WaitFor(t.Context(), "HONG@example.com")
				if err != nil {
					t.Error(err)
				}
				got <- m
			}()
		}
		synctest.Wait()
		for _, m := range []notify.Mail{{To: "ann@example.com", Subject: "1", Text: "x"}, {To: "홍 <hong@example.com>", Subject: "2", Text: "x"}} {
			if err := b.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		for range 2 {
			if m := <-got; m.Subject != "2" {
				t.Errorf("waited for %+v", m)
			}
		}
		if m, ok := b.Last("ann@example.com"); !ok || m.Subject != "1" || len(b.All()) != 2 {
			t.Errorf("%+v %t", m, ok)
		}
		if _, ok := b.Last("nobody@example.com"); ok {
			t.Error("nobody has mail")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := b.WaitFor(ctx, "nobody@example.com"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestMailboxRefusesAsAServerWould(t *testing.T) {
	var b notifytest.Mailbox
	if err := b.Send(t.Context(), notify.Mail{To: "a@example.com", Subject: "two\nlines", Text: "x"}); !errors.Is(err, notify.ErrRejected) {
		t.Error(err)
	}
	b.Fail(notify.ErrMail)
	good := notify.Mail{To: "a@example.com", Subject: "s", Text: "x"}
	if err := b.Send(t.Context(), good); !errors.Is(err, notify.ErrMail) || len(b.All()) != 0 {
		t.Error(err)
	}
	b.Fail(nil)
	if err := b.Send(t.Context(), good); err != nil || len(b.All()) != 1 {
		t.Error(err)
	}
}

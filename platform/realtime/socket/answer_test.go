package socket

import "testing"

// TestAnAnswerMayBeLargerThanTheQueue: or whoever asks for it comes back and asks again, for ever.
func TestAnAnswerMayBeLargerThanTheQueue(t *testing.T) {
	_, c, client, _ := startOne(t, Options{Coalesce: never, Queue: 10_000}, false)
	settle(c, client)
	large := make([]byte, 50_000)
	if c.Send(large) {
		t.Error("a message that nobody asked for was taken")
	}
	if !c.Send(make([]byte, 1000)) || !c.Answer(large) {
		t.Error("the answer was not taken, though there was room")
	}
	if c.Answer(nil) || c.Send(nil) {
		t.Error("something was taken where there is no room")
	}
	eventually(t, "there is room again", func() bool { c.Flush(); _, err := client.frame(); return err == nil && c.Answer(nil) })
}

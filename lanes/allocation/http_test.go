package allocation

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestAHeadReportsNothing: scanners of mails and links ask with HEAD before anybody has clicked, and a click may cost money.
func TestAHeadReportsNothing(t *testing.T) {
	l := startLane(t, nil)
	l.put(
		`{"thing":"line_item","id":"house","tier":"house"}`,
		`{"thing":"creative","id":"h","line_item":"house","title":"t","landing":"https://example.com/가 나?q=%EA"}`,
		`{"thing":"placement","id":"p","slots":1}`,
	)
	tok := l.decide(ask("p", 1, "u")).Placements[0].Items[0].Token
	send := func(method, kind, tok string) (*httptest.ResponseRecorder, error) {
		r := httptest.NewRequest(method, "/v1/events/"+kind+"/"+tok, nil)
		r.SetPathValue("kind", kind)
		r.SetPathValue("token", tok)
		w := httptest.NewRecorder()
		return w, l.pixel(w, r)
	}
	for _, kind := range []EventKind{Click, Impression, Conversion} {
		if _, err := send(http.MethodHead, kind.String(), "forged"); err == nil {
			t.Errorf("%s: the head of a forged token's answer is given", kind)
		}
		w, err := send(http.MethodHead, kind.String(), tok)
		if err != nil {
			t.Fatal(err)
		}
		if kind == Click && (w.Code != http.StatusFound || w.Header().Get("Location") != "https://example.com/%EA%B0%80%20%EB%82%98?q=%EA") {
			t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
		}
		if first, err := l.Report(t.Context(), kind, tok); err != nil || !first {
			t.Errorf("%s: after a HEAD the event itself is not the first: %v, %v", kind, first, err)
		}
	}
}

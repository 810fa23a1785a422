package httpio_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hotlane/hotlane/platform/httpio"
)

func TestLanguage(t *testing.T) {
	tests := []struct{ target, accept, want string }{
		{"/", "", "en"},
		{"/", "ko", "ko"},
		{"/", "KO-kr", "ko"},
		{"/", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"},
		{"/", "en-US,en;q=0.9,ko;q=0.8", "en"},
		{"/", "en;q=0.5, ko;q=0.8", "ko"},
		{"/", "en ; q=0.5 , ko ; q = 0.8", "ko"},
		{"/", "ko;q=0.8,en;q=0.8", "ko"},
		{"/", "fr,de;q=0.9,ko;q=0.1", "ko"},
		{"/", "ja", "en"},
		{"/", "*", "en"},
		{"/", "kok, ko-x;q=0.2", "ko"},
		{"/", "kok", "en"}, // Konkani
		{"/", "ko;q=0", "en"},
		{"/", "ko;q=0, *", "en"},
		{"/", "ko;q=2, en;q=0.1", "en"},
		{"/", "ko;q=NaN", "en"},
		{"/", "ko;q", "en"},
		{"/", "ko;level=1", "en"},
		{"/", ",;,=,", "en"},
		{"/?lang=en", "ko", "en"},
		{"/?lang=ko", "en", "ko"},
		{"/?lang=fr", "ko", "ko"},
		{"/?lang=", "ko", "ko"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(http.MethodGet, tt.target, nil)
		r.Header.Set("Accept-Language", tt.accept)
		if got := httpio.Language(r); got != tt.want {
			t.Errorf("%s, %q: %s, want %s", tt.target, tt.accept, got, tt.want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header["Accept-Language"] = []string{"fr;q=0.9", "ko;q=0.3"}
	if got := httpio.Language(r); got != "ko" {
		t.Errorf("in two lines: %s", got)
	}
}

package notify_test

import (
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/notify"
)

// TestSubjectsThatLookEncoded arrive as they were written.
func TestSubjectsThatLookEncoded(t *testing.T) {
	for _, subject := range []string{
		"=?utf-8?q??=",
		"a =?utf-8?q?b?= c",
		"=?",
		"가 =?utf-8?b?YQ==?= 나",
		"=?" + strings.Repeat("초대 ", 100) + "끝",
	} {
		dir := t.TempDir()
		f := files(t, dir)
		if err := f.Send(t.Context(), notify.Mail{To: "a@example.com", Subject: subject, Text: "a", ID: "a"}); err != nil {
			t.Fatalf("%q: %v", subject, err)
		}
		list, err := f.Recent(1)
		if err != nil || len(list) != 1 || list[0].Subject != subject {
			t.Errorf("%q came as %+v, %v", subject, list, err)
		}
	}
}

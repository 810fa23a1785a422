package board

import "testing"

// TestBlank: what nobody can see is nothing.
func TestBlank(t *testing.T) {
	for _, s := range []string{"", " \n\t", "\u00a0\u3000", "\u200b", "\u2060\ufeff", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\u00ad", "\ufe0f", "\u200e\U000e0041"} {
		if !blank(s) || CheckName(s) == "" {
			t.Errorf("%q is a name", s)
		}
	}
	for _, s := range []string{"a", "민지", "\u200b.", "👨\u200d👩\u200d👧", "❤\ufe0f", "ﷺ", "가\u3164"} {
		if blank(s) || CheckName(s) != "" {
			t.Errorf("%q is no name", s)
		}
	}
}

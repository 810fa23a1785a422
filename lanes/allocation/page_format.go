package allocation

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// title is the creative's, or what its extra has for the page's language: {"title_en": "…"}.
func (k *looker) title(title string, extra RawJSON) string {
	var local map[string]json.RawMessage
	var text string
	if json.Unmarshal(extra, &local) == nil && json.Unmarshal(local["title_"+k.q.lang], &text) == nil && text != "" {
		return text
	}
	return title
}

// money writes micros: whole units where there are enough of them.
func (k *looker) money(micros int64) string {
	if micros >= 20e6 || micros%1e6 == 0 {
		return k.unit + grouped((micros+5e5)/1e6)
	}
	return k.unit + strconv.FormatFloat(float64(micros)/1e6, 'f', 2, 64)
}

// grouped writes 1234567 as 1,234,567, which both languages do.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

func percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 2, 64) + "%"
}

func (k *looker) reason(r reason) string {
	if k.q.lang == "ko" {
		return reasonTextsKo[r]
	}
	t := reasonTexts[r]
	return strings.ToUpper(t[:1]) + t[1:]
}

// caps writes 3 in 24h, or 24시간에 3회.
func (k *looker) caps(caps []Cap) string {
	var parts []string
	for _, c := range caps {
		if k.q.lang == "ko" {
			parts = append(parts, fmt.Sprintf("%s에 %d회까지", koWindow.Replace(c.Window), c.Count))
		} else {
			parts = append(parts, fmt.Sprintf("at most %d in %s", c.Count, c.Window))
		}
	}
	return strings.Join(parts, ", ")
}

var (
	koWindow = strings.NewReplacer("m", "분", "h", "시간", "d", "일")
	koDays   = strings.NewReplacer("mon", "월", "tue", "화", "wed", "수", "thu", "목", "fri", "금", "sat", "토", "sun", "일")
)

// daypart writes when an item runs, and by which clock.
func (k *looker) daypart(it *item) string {
	text := it.Daypart
	if k.q.lang == "ko" {
		text = koDays.Replace(text)
	}
	return text + " (" + it.Zone + ")"
}

// span writes from when to when an item runs.
func (k *looker) span(it *item) string {
	in := func(ms int64) string {
		if t := time.UnixMilli(ms); t.Year() >= 1970 && t.Year() <= 9999 {
			return t.In(it.zone).Format("2006-01-02 15:04")
		}
		return ""
	}
	return strings.TrimSpace(in(it.starts) + " – " + in(it.ends))
}

package httpio

import (
	"net/http"
	"strconv"
	"strings"
)

// Language is the language of a page, "ko" or "en": what ?lang= asks for, else of the two the one that Accept-Language weighs most
// and, of the same weight, names first (RFC 9110, section 12.5.4), else "en". An answer that depends on it has "Vary: Accept-Language".
func Language(r *http.Request) string {
	if asked := r.URL.Query().Get("lang"); asked == "ko" || asked == "en" {
		return asked
	}
	best, most := "en", 0.0
	for _, header := range r.Header.Values("Accept-Language") {
		for part := range strings.SplitSeq(header, ",") {
			lang, q := weighed(part)
			if (lang == "ko" || lang == "en") && q > most {
				best, most = lang, q
			}
		}
	}
	return best
}

// weighed is the first subtag of a language range, in small letters, and its weight; 0 where that is none.
func weighed(part string) (lang string, q float64) {
	tag, params, weighted := strings.Cut(part, ";")
	lang, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if !weighted {
		return lang, 1
	}
	name, value, _ := strings.Cut(strings.TrimSpace(params), "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !strings.EqualFold(strings.TrimSpace(name), "q") || !(q >= 0 && q <= 1) {
		return lang, 0
	}
	return lang, q
}

package picture

import (
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"strings"
	"unicode"
)

// Placeholder draws initials on a colour, as SVG: the same for the same name and seed. A name without a letter gives the outline
// of a person.
func Placeholder(name, seed string) []byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(seed)) // never fails
	tone := tones[h.Sum32()%uint32(len(tones))]
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="384" height="384">` +
		`<linearGradient id="g" x2="1" y2="1"><stop stop-color="` + tone[0] + `"/><stop offset="1" stop-color="` + tone[1] + `"/></linearGradient>` +
		`<rect width="96" height="96" fill="url(#g)"/>`)
	if text := Initials(name); text != "" {
		size := 44
		if len([]rune(text)) > 1 {
			size = 36
		}
		fmt.Fprintf(&b, `<text x="48" y="48" dy=".35em" text-anchor="middle" fill="#fff" font-size="%d" font-weight="600" `+
			`font-family="system-ui,-apple-system,'Segoe UI',Roboto,'Apple SD Gothic Neo','Noto Sans CJK KR','Noto Sans KR',sans-serif">`, size)
		_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
		b.WriteString(`</text></svg>`)
		return []byte(b.String())
	}
	b.WriteString(`<g fill="#fff" fill-opacity=".9"><circle cx="48" cy="38" r="16"/><path d="M16 90a32 30 0 0 1 64 0v6H16z"/></g></svg>`)
	return []byte(b.String())
}

// tones are pairs of colours on which white text can be read (4.5:1).
var tones = [...][2]string{
	{"#b4440f", "#8a2f0a"},
	{"#1f6f78", "#164a5e"},
	{"#6a4fc0", "#45318a"},
	{"#2f7a4f", "#1d5640"},
	{"#b03a62", "#7d2550"},
	{"#2f6fb0", "#234d85"},
	{"#8a5a14", "#69400f"},
	{"#4d6678", "#334657"},
	{"#a83a3a", "#7a2533"},
	{"#5b6b1f", "#414f17"},
}

// Initials are the first letters of the first and the last word of a name, in capitals; one character of scripts that have none.
// They are empty where the name has no letter and no digit.
func Initials(name string) string {
	var firsts []rune
	for word := range strings.FieldsSeq(name) {
		if r, ok := firstLetter(word); ok {
			firsts = append(firsts, unicode.ToUpper(r))
		}
		if len(firsts) > 32 { // a name of a thousand words has a last one as well, but nobody sees it
			break
		}
	}
	if len(firsts) == 0 {
		return ""
	}
	last := firsts[len(firsts)-1]
	if len(firsts) == 1 || !cased(firsts[0]) || !cased(last) {
		return string(firsts[0])
	}
	return string([]rune{firsts[0], last})
}

func firstLetter(word string) (rune, bool) {
	for _, r := range word {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r, true
		}
	}
	return 0, false
}

// cased: letters of scripts that are written apart and have capitals.
func cased(r rune) bool { return unicode.IsUpper(r) }

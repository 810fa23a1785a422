package allocation

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
)

// picturePath is where placeholder pictures are: a picture for every name, the same each time.
const picturePath = "/v1/allocation/pictures/"

// pictureName is a seed: a word that chooses the motif, and more that chooses the colours.
var pictureName = regexp.MustCompile(`^([a-z]{1,20})(-[a-z0-9-]{1,40})?\.svg$`)

// picture draws a gradient, some light, and a motif. Nothing of the name stands in it. It is nil for what is not a name.
func picture(name string) []byte {
	m := pictureName.FindStringSubmatch(name)
	if m == nil {
		return nil
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	seed := mix(h.Sum64())
	motif, ok := motifs[m[1]]
	if !ok {
		motif = motifs["life"]
	}
	from, to := tones[seed%uint64(len(tones))][0], tones[seed%uint64(len(tones))][1]
	draw := func(n, low, high uint64) uint64 { return low + mix(seed+n)%(high-low) }
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" width="640" height="360"><defs>`+
		`<linearGradient id="g" gradientTransform="rotate(%d .5 .5)"><stop offset="0" stop-color="%s"/><stop offset="1" stop-color="%s"/></linearGradient>`+
		`<radialGradient id="l"><stop offset="0" stop-color="#fff" stop-opacity=".42"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>`+
		`</defs><rect width="640" height="360" fill="url(#g)"/>`, draw(1, 10, 80), from, to)
	fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%d" fill="url(#l)"/><circle cx="%d" cy="%d" r="%d" fill="#fff" fill-opacity=".07"/>`+
		`<circle cx="%d" cy="%d" r="%d" fill="#000" fill-opacity=".06"/>`,
		draw(2, 40, 600), draw(3, 0, 140), draw(4, 170, 300), draw(5, 380, 620), draw(6, 200, 380), draw(7, 110, 190),
		draw(8, 0, 260), draw(9, 240, 400), draw(10, 110, 210))
	b.WriteString(`<g fill="none" stroke="#fff" stroke-width="9" stroke-linecap="round" stroke-linejoin="round" stroke-opacity=".95">`)
	for _, shape := range strings.Fields(motif) {
		fill := ""
		if shape[0] == '*' { // a shape that is filled
			shape, fill = shape[1:], ` fill="#fff" fill-opacity=".9" stroke="none"`
		}
		fmt.Fprintf(&b, `<path d="%s"%s/>`, shape, fill)
	}
	b.WriteString(`</g></svg>`)
	return b.Bytes()
}

// tones are pairs of colours that white stands out from.
var tones = [...][2]string{
	{"#f2994a", "#c0392b"},
	{"#2b8a8f", "#1b3a5b"},
	{"#7b6cd9", "#3b2a6b"},
	{"#3f8f5f", "#1d4d4f"},
	{"#d76d8b", "#6b2d5c"},
	{"#4a90d9", "#2a4d8f"},
	{"#c98a3a", "#7a3b1d"},
	{"#5b7f95", "#27374d"},
	{"#e07a5f", "#81405d"},
	{"#3aa17e", "#22577a"},
}

// motifs are drawn around 320, 180; a space ends a shape, * fills it.
var motifs = map[string]string{
	"weather":  "M262,196a44,44,0,0,1,8-87,60,60,0,0,1,114,14,38,38,0,0,1,2,73z M280,226l-12,34 M322,226l-12,34 M364,226l-12,34",
	"economy":  "M240,250h160 M264,250v-44 M302,250v-78 M340,250v-60 M378,250v-112 M256,150l46-34,38,22,52-52",
	"food":     "M232,176h176a88,88,0,0,1-176,0z M282,142c-14-18,14-28,0-48 M322,142c-14-18,14-28,0-48 M362,142c-14-18,14-28,0-48",
	"travel":   "M214,252l74-112,48,68,26-36,62,80z *M398,96m-26,0a26,26,0,1,0,52,0a26,26,0,1,0,-52,0",
	"tech":     "M282,94h76a14,14,0,0,1,14,14v148a14,14,0,0,1-14,14h-76a14,14,0,0,1-14-14v-148a14,14,0,0,1,14-14z M308,246h24 M300,150l14,14,28-30",
	"sports":   "M320,180m-78,0a78,78,0,1,0,156,0a78,78,0,1,0,-156,0 M248,150c40,14,60,44,58,104 M392,150c-40,14-60,44-58,104",
	"health":   "M228,184h50l20-54,36,104,22-50h56",
	"culture":  "M320,128c-24-18-54-22-86-20v136c32-2,62,2,86,20,24-18,54-22,86-20v-136c-32-2-62,2-86,20z M320,128v136",
	"science":  "*M320,180m-50,0a50,50,0,1,0,100,0a50,50,0,1,0,-100,0 M276,206c-66,34-84,18-40-22 M364,154c66-34,84-18,40,22 *M420,92l6,16,16,6,-16,6,-6,16,-6-16,-16-6,16-6z",
	"life":     "M238,184l82-70,82,70 M260,170v86h120v-86 M304,256v-48h32v48",
	"otter":    "M252,124h136a16,16,0,0,1,16,16v80a16,16,0,0,1-16,16h-136a16,16,0,0,1-16-16v-80a16,16,0,0,1,16-16z M236,158h168 M262,206h36 *M376,206m-9,0a9,9,0,1,0,18,0a9,9,0,1,0,-18,0",
	"whale":    "M216,196c0-46,52-66,98-56,40,8,54,44,86,30,10-6,12-22,6-36 M406,134c14-10,30-8,40,4 M406,134c-2-16-14-26-28-26 M216,196c0,52,70,66,120,56,40-8,58-40,64-82 *M262,186m-8,0a8,8,0,1,0,16,0a8,8,0,1,0,-16,0",
	"squirrel": "M250,146h118v52a52,52,0,0,1-52,52h-14a52,52,0,0,1-52-52z M368,158h18a24,24,0,0,1,0,48h-20 M286,120c-10-14,10-22,0-38 M328,120c-10-14,10-22,0-38",
	"crane":    "M214,214l210-92-64,134-46-46z M314,210l110-88 M314,210l-6,50,24-30",
	"seal":     "M300,230l10-92h20l10,92z M300,138h40 M308,138v-26h24v26 M346,118l56-22 M346,128l58,8 M294,118l-56-22 M294,128l-58,8 M222,258c24-20,48-20,66,0,20,20,44,20,64,0,20-20,44-20,66,0",
	"goat":     "M228,224c20-2,34-18,42-58,14,18,34,22,58,16,18,30,50,36,84,44,8,18,0,30-18,30h-150c-16,0-22-14-16-32z M306,188l-12,14 M330,196l-12,14",
	"firefly":  "M286,240v-112l104-22v112 *M262,240m-26,0a26,22,0,1,0,52,0a26,22,0,1,0,-52,0 *M366,218m-26,0a26,22,0,1,0,52,0a26,22,0,1,0,-52,0",
	"owl":      "M248,118h44v140h-44z M292,118h36v140h-36z M336,130l38-12,44,132-38,12z M256,146h28",
	"house":    "M272,224v-48a48,48,0,0,1,96,0v48l18,20h-132z M306,264a14,14,0,0,0,28,0",
}

package profiles

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// picture draws a person's at every call: hills under a sky, the same for the same person.
func (d *demoService) picture(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	at := id - demoFirstID
	if err != nil || at < 0 || at >= len(demoPeople) {
		http.NotFound(w, r)
		return
	}
	if d.pause(r.Context(), 120*time.Millisecond) != nil {
		return
	}
	look := demoPeople[at].look
	switch look {
	case lookNone, lookGone:
		http.NotFound(w, r)
		return
	case lookPage:
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write([]byte("<!doctype html><title>Sign in</title><h1>Please sign in to see this picture</h1>"))
		return
	}
	body, kind := demoPicture(uint64(id), look)
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // the lane may be gone
}

// demoPicture is a file as such services have them.
func demoPicture(seed uint64, look demoLook) (body []byte, kind string) {
	var b bytes.Buffer
	var err error
	switch look {
	case lookPNG:
		kind, err = "image/png", png.Encode(&b, round(landscape(seed, 480, 480)))
	case lookGIF:
		kind = "image/gif"
		frames := &gif.GIF{}
		for i := range uint64(4) {
			frames.Image, frames.Delay = append(frames.Image, reduced(landscape(seed+i, 240, 240))), append(frames.Delay, 40)
		}
		err = gif.EncodeAll(&b, frames)
	case lookTurned:
		kind, err = "image/jpeg", jpeg.Encode(&b, lying(landscape(seed, 480, 600)), &jpeg.Options{Quality: 85})
	case lookLarge:
		kind, err = "image/jpeg", jpeg.Encode(&b, landscape(seed, 2400, 1800), &jpeg.Options{Quality: 75})
	default:
		kind, err = "image/jpeg", jpeg.Encode(&b, landscape(seed, 640, 560), &jpeg.Options{Quality: 85})
	}
	if err != nil { // a buffer takes everything
		panic(err)
	}
	if look == lookTurned {
		return turned(b.Bytes(), 6), kind
	}
	return b.Bytes(), kind
}

// landscape is a sky with a sun and three hills in front of each other.
func landscape(seed uint64, w, h int) *image.RGBA {
	dice := rand.New(rand.NewPCG(seed, 7))
	hue := dice.Float64()
	top, low := hsl(hue, .55, .72), hsl(hue+.09, .75, .86)
	sunX, sunY, sunR := (.25+.5*dice.Float64())*float64(w), (.2+.2*dice.Float64())*float64(h), .11*float64(min(w, h))
	type hill struct{ base, high, length, phase float64 }
	var hills [3]hill
	for i := range hills {
		hills[i] = hill{.52 + .15*float64(i), .05 + .05*dice.Float64(), 1.2 + dice.Float64(), 6 * dice.Float64()}
	}
	near := [3]color.RGBA{hsl(hue+.45, .3, .55), hsl(hue+.48, .35, .42), hsl(hue+.5, .4, .28)}
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	var edges [3][]float64
	for i, l := range hills {
		edges[i] = make([]float64, w)
		for x := range w {
			t := float64(x) / float64(w)
			edges[i][x] = float64(h) * (l.base - l.high*math.Sin(2*math.Pi*l.length*t+l.phase) - .4*l.high*math.Sin(5*math.Pi*l.length*t))
		}
	}
	for y := range h {
		sky := mixed(top, low, float64(y)/float64(h))
		for x := range w {
			c := sky
			if dx, dy := float64(x)-sunX, float64(y)-sunY; dx*dx+dy*dy < sunR*sunR {
				c = color.RGBA{255, 250, 232, 255}
			}
			for i := range hills {
				if float64(y) > edges[i][x] {
					c = near[i]
				}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func mixed(a, b color.RGBA, t float64) color.RGBA {
	part := func(x, y uint8) uint8 { return uint8(float64(x)*(1-t) + float64(y)*t) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 255}
}

func hsl(h, s, l float64) color.RGBA {
	h -= math.Floor(h)
	part := func(n float64) uint8 {
		k := math.Mod(n+12*h, 12)
		return uint8(255 * (l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))))
	}
	return color.RGBA{part(0), part(8), part(4), 255}
}

// round lets what is around a circle show through.
func round(p *image.RGBA) image.Image {
	r := float64(p.Bounds().Dx()) / 2
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			if math.Hypot(float64(x)+.5-r, float64(y)+.5-r) > r {
				p.SetRGBA(x, y, color.RGBA{})
			}
		}
	}
	return p
}

// reduced has few colours, as animations do.
func reduced(p *image.RGBA) *image.Paletted {
	var colours color.Palette
	for i := range 216 {
		colours = append(colours, color.RGBA{uint8(i / 36 * 51), uint8(i / 6 % 6 * 51), uint8(i % 6 * 51), 255})
	}
	out := image.NewPaletted(p.Bounds(), colours)
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			c := p.RGBAAt(x, y)
			out.SetColorIndex(x, y, uint8((int(c.R)+25)/51*36+(int(c.G)+25)/51*6+(int(c.B)+25)/51))
		}
	}
	return out
}

// lying is turned by a quarter to the left, as a phone stores what was taken upright.
func lying(p *image.RGBA) *image.RGBA {
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	out := image.NewRGBA(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			out.SetRGBA(y, w-1-x, p.RGBAAt(x, y))
		}
	}
	return out
}

// turned says in EXIF how a JPEG is to be shown.
func turned(file []byte, orientation uint16) []byte {
	tiff := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), 0, byte(orientation), 0, 0, 0, 0, 0, 0)
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(tiff)+2))
	return append(append(out, tiff...), file[2:]...)
}

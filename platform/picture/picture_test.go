package picture

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var limits = Limits{Pixels: 40e6, Memory: 256 << 20}

var (
	red   = color.NRGBA{220, 0, 0, 255}
	green = color.NRGBA{0, 160, 0, 255}
	blue  = color.NRGBA{0, 0, 220, 255}
	white = color.NRGBA{255, 255, 255, 255}
)

// quarters is a picture of four colours: left above, right above, left below, right below.
func quarters(w, h int, c [4]color.NRGBA) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p.SetNRGBA(x, y, c[x*2/w+2*(y*2/h)])
		}
	}
	return p
}

func asJPEG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif puts the mark of an orientation, and a secret place, into a JPEG.
func exif(file []byte, order binary.ByteOrder, orientation uint16) []byte {
	tiff := []byte("II*\x00")
	if order == binary.BigEndian {
		tiff = []byte("MM\x00*")
	}
	b := order.(binary.AppendByteOrder)
	tiff = b.AppendUint32(tiff, 8)
	tiff = b.AppendUint16(tiff, 2)
	tiff = b.AppendUint16(b.AppendUint16(tiff, 0x010e), 2) // a description
	tiff = b.AppendUint32(b.AppendUint32(tiff, 4), 0)
	tiff = b.AppendUint16(b.AppendUint16(tiff, 0x0112), 3)
	tiff = b.AppendUint16(b.AppendUint16(b.AppendUint32(tiff, 1), orientation), 0)
	tiff = append(tiff, "SECRET PLACE"...)
	return segment(file, 0xe1, append([]byte("Exif\x00\x00"), tiff...))
}

// segment puts one behind the start of a JPEG.
func segment(file []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

func square(t *testing.T, file []byte, size int) (Encoded, image.Image) {
	t.Helper()
	e, err := Square(file, size, limits)
	if err != nil {
		t.Fatal(err)
	}
	p, kind, err := image.Decode(bytes.NewReader(e.Body))
	if err != nil || "image/"+kind != e.Type {
		t.Fatalf("%s, said to be %s: %v", kind, e.Type, err)
	}
	if want := image.Rect(0, 0, e.Side, e.Side); p.Bounds() != want {
		t.Errorf("it is %v, want %v", p.Bounds(), want)
	}
	return e, p
}

// near reports whether a pixel has the colour, but for what JPEG does to it.
func near(p image.Image, x, y int, want color.NRGBA) bool {
	c := color.NRGBAModel.Convert(p.At(x, y)).(color.NRGBA)
	close := func(a, b uint8) bool { return max(a, b)-min(a, b) < 40 }
	return close(c.R, want.R) && close(c.G, want.G) && close(c.B, want.B) && close(c.A, want.A)
}

// corners of a picture, in the order of quarters.
func corners(t *testing.T, p image.Image, want [4]color.NRGBA) {
	t.Helper()
	side := p.Bounds().Dx()
	for i, at := range [4][2]int{{side / 4, side / 4}, {3 * side / 4, side / 4}, {side / 4, 3 * side / 4}, {3 * side / 4, 3 * side / 4}} {
		if !near(p, at[0], at[1], want[i]) {
			t.Errorf("corner %d is %v, want %v", i, p.At(at[0], at[1]), want[i])
		}
	}
}

func TestSquareIsTheMiddleAndNeverLarger(t *testing.T) {
	four := [4]color.NRGBA{red, green, blue, white}
	for _, c := range []struct{ w, h, size, side int }{
		{400, 400, 96, 96},
		{900, 300, 96, 96},
		{300, 901, 192, 192},
		{2000, 1500, 96, 96},
		{1601, 1201, 384, 384},
		{40, 60, 96, 40},
		{96, 96, 96, 96},
		{1, 1, 96, 1},
		{4000, 2, 96, 2},
		{97, 97, 96, 96},
	} {
		t.Run(fmt.Sprintf("%dx%d to %d", c.w, c.h, c.size), func(t *testing.T) {
			for name, file := range map[string][]byte{"jpeg": asJPEG(t, quarters(c.w, c.h, four)), "png": asPNG(t, quarters(c.w, c.h, four))} {
				e, p := square(t, file, c.size)
				if e.Side != c.side || e.Type != "image/jpeg" {
					t.Errorf("%s: %d, %s; want %d, image/jpeg", name, e.Side, e.Type, c.side)
				}
				if c.side > 8 {
					corners(t, p, four)
				}
			}
		})
	}
}

func TestSeveralSizesAtOnce(t *testing.T) {
	four := [4]color.NRGBA{red, green, blue, white}
	file := exif(asJPEG(t, quarters(800, 600, [4]color.NRGBA{white, blue, green, red})), binary.BigEndian, 3)
	all, err := Squares(file, []int{384, 192, 96}, limits)
	if err != nil || len(all) != 3 {
		t.Fatal(len(all), err)
	}
	for i, side := range []int{384, 192, 96} {
		p, _, err := image.Decode(bytes.NewReader(all[i].Body))
		if err != nil || all[i].Side != side {
			t.Fatal(all[i].Side, err)
		}
		corners(t, p, four)
	}
}

func TestEveryOrientationIsTurnedUpright(t *testing.T) {
	// how red green blue white, upright, is stored
	stored := map[uint16][4]color.NRGBA{
		1: {red, green, blue, white}, 2: {green, red, white, blue}, 3: {white, blue, green, red}, 4: {blue, white, red, green},
		5: {red, blue, green, white}, 6: {green, white, red, blue}, 7: {white, green, blue, red}, 8: {blue, red, white, green},
		0: {red, green, blue, white}, 9: {red, green, blue, white}, 700: {red, green, blue, white},
	}
	for orientation, four := range stored {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			file := exif(asJPEG(t, quarters(200, 200, four)), order, orientation)
			e, p := square(t, file, 96)
			corners(t, p, [4]color.NRGBA{red, green, blue, white})
			if bytes.Contains(e.Body, []byte("SECRET")) || bytes.Contains(e.Body, []byte("Exif")) {
				t.Error("what the file said of itself is in the answer")
			}
			if t.Failed() {
				t.Fatalf("orientation %d, %v", orientation, order)
			}
		}
	}
}

func TestMetadataIsLeftBehind(t *testing.T) {
	four := [4]color.NRGBA{red, green, blue, white}
	text := []byte("SECRET comment")
	files := map[string][]byte{
		"a JPEG's comment":     segment(asJPEG(t, quarters(20, 20, four)), 0xfe, text),
		"a JPEG's XMP":         segment(asJPEG(t, quarters(20, 20, four)), 0xe1, append([]byte("http://ns.adobe.com/xap/1.0/\x00"), text...)),
		"behind the end":       append(asJPEG(t, quarters(20, 20, four)), text...),
		"a PNG's text":         pngChunk(asPNG(t, quarters(20, 20, four)), "tEXt", text),
		"a PNG's, transparent": pngChunk(asPNG(t, quarters(20, 20, [4]color.NRGBA{{}, green, blue, white})), "tEXt", text),
	}
	for name, file := range files {
		if e, _ := square(t, file, 96); bytes.Contains(e.Body, []byte("SECRET")) {
			t.Errorf("%s is in the answer", name)
		}
	}
	for _, name := range []string{"opaque", "alpha", "lossless-opaque", "lossless-alpha"} {
		if e, _ := square(t, fixture(t, name+".webp"), 96); bytes.Contains(e.Body, []byte("ICC")) || bytes.Contains(e.Body, []byte("mntrRGB")) {
			t.Errorf("the profile of %s is in the answer", name)
		}
	}
}

// pngChunk puts one behind IHDR.
func pngChunk(file []byte, kind string, body []byte) []byte {
	const head = 8 + 25
	out := append([]byte{}, file[:head]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	chunk := append([]byte(kind), body...)
	out = binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
	return append(out, file[head:]...)
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWebP(t *testing.T) {
	for name, kind := range map[string]string{
		"opaque": "image/jpeg", "lossless-opaque": "image/jpeg", "alpha": "image/png", "lossless-alpha": "image/png",
	} {
		e, p := square(t, fixture(t, name+".webp"), 96)
		if e.Type != kind || e.Side != 16 || !near(p, 3, 8, red) || !near(p, 10, 8, blue) {
			t.Errorf("%s: %s, %d, %v %v", name, e.Type, e.Side, p.At(3, 8), p.At(10, 8))
		}
	}
}

func TestWhatShowsThroughStaysSo(t *testing.T) {
	e, p := square(t, asPNG(t, quarters(600, 600, [4]color.NRGBA{{}, green, blue, white})), 96)
	if e.Type != "image/png" {
		t.Error(e.Type)
	}
	corners(t, p, [4]color.NRGBA{{}, green, blue, white})
}

// animation has frames of one colour each, the first of them in a corner only.
func animation(t *testing.T, frames int) []byte {
	t.Helper()
	g := gif.GIF{Config: image.Config{Width: 100, Height: 100}}
	for i := range frames {
		c, at := red, image.Rect(0, 0, 50, 50)
		if i > 0 {
			c, at = blue, image.Rect(0, 0, 100, 100)
		}
		p := image.NewPaletted(at, color.Palette{c, white})
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheFirstFrameStandsForAnAnimation(t *testing.T) {
	whole := animation(t, 200)
	_, p := square(t, whole, 96)
	if !near(p, 20, 20, red) || !near(p, 70, 70, color.NRGBA{}) {
		t.Errorf("%v %v", p.At(20, 20), p.At(70, 70))
	}
	second := bytes.Index(whole[200:], []byte{0x2c, 0, 0, 0, 0, 100, 0, 100, 0})
	if second < 0 {
		t.Fatal("where is the second frame?")
	}
	square(t, whole[:200+second], 96) // the others are not looked at: they may as well not be there
}

// TestBombs: what would take much is refused by its head; its pixels are not looked at.
func TestBombs(t *testing.T) {
	huge := asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(huge[16:], 60000)
	binary.BigEndian.PutUint32(huge[20:], 60000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	wide := asJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	sof := bytes.Index(wide, []byte{0xff, 0xc0})
	copy(wide[sof+5:], []byte{0xff, 0xff, 0xff, 0xff})
	screen := animation(t, 1)
	copy(screen[6:], []byte{0xff, 0xff, 0xff, 0xff})
	canvas := fixture(t, "alpha.webp")
	copy(canvas[24:], []byte{0xff, 0x3f, 0, 0xff, 0x3f, 0})
	scans := asJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	sos := bytes.Index(scans, []byte{0xff, 0xda})
	scan := append([]byte{}, scans[sos:len(scans)-2]...)
	scans = append(scans[:sos], append(bytes.Repeat(scan, maxScans+1), 0xff, 0xd9)...)
	deep := asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 2000, 2000)))
	progressive := asJPEG(t, quarters(1200, 1200, [4]color.NRGBA{red, green, blue, white}))
	progressive[bytes.Index(progressive, []byte{0xff, 0xc0})+1] = 0xc2
	small := Limits{Pixels: 1_500_000, Memory: overhead + 4<<20}
	for name, c := range map[string]struct {
		file []byte
		l    Limits
	}{
		"a PNG": {huge, limits}, "a JPEG": {wide, limits}, "a GIF's screen": {screen, limits}, "a WebP's canvas": {canvas, limits},
		"a JPEG of many scans": {scans, limits}, "a PNG of 64 bits": {deep, small}, "a JPEG's coefficients": {progressive, small},
		"one pixel too many": {asPNG(t, image.NewGray(image.Rect(0, 0, 10, 11))), Limits{Pixels: 109, Memory: 1 << 30}},
	} {
		if _, err := Square(c.file, 96, c.l); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Square(asJPEG(t, quarters(1200, 1200, [4]color.NRGBA{red, green, blue, white})), 96, small); err != nil {
		t.Errorf("in one scan it fits: %v", err)
	}
	if _, err := Square(asPNG(t, image.NewGray(image.Rect(0, 0, 10, 11))), 96, Limits{Pixels: 110, Memory: 1 << 30}); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
}

// TestPartsOfOtherSizes: the canvas is small, the picture in it is not.
func TestPartsOfOtherSizes(t *testing.T) {
	for _, name := range []string{"opaque.webp", "lossless-opaque.webp"} {
		file := fixture(t, name)
		copy(file[24:], []byte{0, 0, 0, 0, 0, 0})
		if _, err := Square(file, 96, limits); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoPicture(t *testing.T) {
	for name, file := range map[string][]byte{
		"nothing": {}, "HTML": []byte("<!doctype html><title>Sign in</title>"), "SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"BMP": []byte("BM\x00\x00\x00\x00"), "JSON": []byte(`{"error":"no"}`), "a RIFF of sound": []byte("RIFF\x00\x00\x00\x00WAVEfmt "),
	} {
		if _, err := Square(file, 96, limits); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	four := [4]color.NRGBA{red, green, blue, white}
	for name, file := range map[string][]byte{
		"half a JPEG": asJPEG(t, quarters(200, 200, four))[:700], "half a PNG": asPNG(t, quarters(200, 200, four))[:200],
		"half a WebP": fixture(t, "alpha.webp")[:560], "a GIF's head": animation(t, 1)[:20], "a JPEG's first bytes": []byte("\xff\xd8\xff\xe0"),
		"HTML behind a PNG's signature": []byte("\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
	} {
		if _, err := Square(file, 96, limits); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Haru Kim": "HK", "haru": "H", "ada byron king": "AK", "김하루": "김", "하루 여행": "하", "  spaced   out ": "SO", "🙂 smile": "S", "🙂": "", "": "",
		"!!!": "", "7 dwarfs": "7", "محمد علي": "م", "Łukasz Ż": "ŁŻ", "“Quote” me": "QM", "ñandú": "Ñ", "ǆ": "Ǆ", "Haru 하루": "H", "\x00\xff": "",
		strings.Repeat("a ", 5000): "AA",
	} {
		if got := Initials(name); got != want {
			t.Errorf("%.20q: %q, want %q", name, got, want)
		}
	}
}

func TestPlaceholder(t *testing.T) {
	for _, name := range []string{"Haru Kim", "김하루", "", "<script>", "& \"quotes\"", "🙂", strings.Repeat("漢", 300), "\xff\xfe", "\u202eRTL", "م"} {
		svg := Placeholder(name, "madang:1")
		if !bytes.Equal(svg, Placeholder(name, "madang:1")) {
			t.Errorf("%q: not the same twice", name)
		}
		for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%q: %v\n%s", name, err, svg)
			}
		}
		if bytes.Contains(svg, []byte("<script")) || len(svg) > 1500 {
			t.Errorf("%q: %s", name, svg)
		}
	}
	seen := map[string]bool{}
	for i := range 100 {
		seen[string(Placeholder("", fmt.Sprint(i)))] = true
	}
	if len(seen) != len(tones) {
		t.Errorf("%d colours are used, of %d", len(seen), len(tones))
	}
}

// TestWhiteCanBeReadOnEveryTone: 4.5:1, as WCAG asks.
func TestWhiteCanBeReadOnEveryTone(t *testing.T) {
	for _, pair := range tones {
		for _, hex := range pair {
			var r, g, b uint8
			if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil {
				t.Fatal(err)
			}
			if ratio := 1.05 / (luminance(r, g, b) + 0.05); ratio < 4.5 {
				t.Errorf("%s: %.2f", hex, ratio)
			}
		}
	}
}

func luminance(rgb ...uint8) (sum float64) {
	for i, part := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(rgb[i]) / 255
		if c <= 0.04045 {
			sum += part * c / 12.92
		} else {
			sum += part * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

func FuzzSquare(f *testing.F) {
	f.Add(asPNG(f, quarters(9, 7, [4]color.NRGBA{red, green, blue, white})))
	f.Add(exif(asJPEG(f, quarters(20, 30, [4]color.NRGBA{red, green, blue, white})), binary.BigEndian, 6))
	for _, name := range []string{"opaque", "alpha", "lossless-opaque", "lossless-alpha"} {
		f.Add(fixture(f, name+".webp"))
	}
	small := Limits{Pixels: 1 << 16, Memory: 64 << 20}
	f.Fuzz(func(t *testing.T, file []byte) {
		e, err := Square(file, 96, small)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrBroken) {
				t.Fatal(err)
			}
			return
		}
		if cfg, _, err := image.DecodeConfig(bytes.NewReader(e.Body)); err != nil || cfg.Width != e.Side || cfg.Height != e.Side || e.Side > 96 {
			t.Fatalf("%+v, %v", cfg, err)
		}
	})
}

package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

func fit(t *testing.T, file []byte, side, most int) (Encoded, image.Image) {
	t.Helper()
	e, err := Fit(file, side, most, limits)
	if err != nil {
		t.Fatal(err)
	}
	p, kind, err := image.Decode(bytes.NewReader(e.Body))
	if err != nil || "image/"+kind != e.Type || p.Bounds() != image.Rect(0, 0, e.Width, e.Height) || e.Side != max(e.Width, e.Height) {
		t.Fatalf("%s %v, said to be %s %d × %d: %v", kind, p.Bounds(), e.Type, e.Width, e.Height, err)
	}
	if len(e.Body) > most {
		t.Errorf("it has %d bytes, at most %d were asked for", len(e.Body), most)
	}
	return e, p
}

func TestFitIsTheWholePictureAndNeverLarger(t *testing.T) {
	for _, c := range []struct{ w, h, side, wantW, wantH int }{
		{400, 200, 100, 100, 50},
		{200, 400, 100, 50, 100},
		{400, 200, 400, 400, 200},
		{40, 20, 400, 40, 20},
		{3000, 1500, 100, 100, 50},
		{3000, 1, 100, 100, 1},
		{1, 3000, 100, 1, 100},
		{1, 1, 100, 1, 1},
		{333, 100, 100, 100, 30},
	} {
		e, p := fit(t, asJPEG(t, quarters(c.w, c.h, [4]color.NRGBA{red, green, blue, white})), c.side, 1<<20)
		if e.Width != c.wantW || e.Height != c.wantH {
			t.Errorf("%d × %d within %d: %d × %d, want %d × %d", c.w, c.h, c.side, e.Width, e.Height, c.wantW, c.wantH)
		}
		if c.wantW < 40 || c.wantH < 20 {
			continue
		}
		for i, want := range []color.NRGBA{red, green, blue, white} {
			if x, y := (1+2*(i%2))*e.Width/4, (1+2*(i/2))*e.Height/4; !near(p, x, y, want) {
				t.Errorf("%d × %d within %d: quarter %d is %v, want %v", c.w, c.h, c.side, i, p.At(x, y), want)
			}
		}
	}
}

func TestFitTurnsUpright(t *testing.T) {
	want := map[uint16][4]color.NRGBA{
		1: {red, green, blue, white}, 2: {green, red, white, blue}, 3: {white, blue, green, red}, 4: {blue, white, red, green},
		5: {red, blue, green, white}, 6: {blue, red, white, green}, 7: {white, green, blue, red}, 8: {green, white, red, blue},
	}
	for orientation, colors := range want {
		file := exif(asJPEG(t, quarters(160, 80, [4]color.NRGBA{red, green, blue, white})), binary.BigEndian, orientation)
		e, p := fit(t, file, 1000, 1<<20)
		if wide := orientation < 5; wide != (e.Width == 160 && e.Height == 80) || !wide != (e.Width == 80 && e.Height == 160) {
			t.Errorf("orientation %d: %d × %d", orientation, e.Width, e.Height)
		}
		for i, want := range colors {
			if x, y := (1+2*(i%2))*e.Width/4, (1+2*(i/2))*e.Height/4; !near(p, x, y, want) {
				t.Errorf("orientation %d: quarter %d is %v, want %v", orientation, i, p.At(x, y), want)
			}
		}
		if bytes.Contains(e.Body, []byte("SECRET")) {
			t.Error("what the camera wrote is still in it")
		}
	}
}

func TestFitKeepsToItsBytes(t *testing.T) {
	noise, r := image.NewNRGBA(image.Rect(0, 0, 300, 200)), rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.UintN(256))
	}
	file := asPNG(t, noise)
	if e, _ := fit(t, file, 300, 1<<20); e.Type != "image/png" || e.Width != 300 {
		t.Errorf("with room enough: %s, %d pixels", e.Type, e.Width)
	}
	if e, _ := fit(t, file, 300, 150_000); e.Type != "image/jpeg" || e.Width != 300 {
		t.Errorf("on white: %s, %d pixels", e.Type, e.Width)
	}
	if e, _ := fit(t, file, 300, 20_000); e.Type != "image/jpeg" || e.Width != 150 || e.Height != 100 {
		t.Errorf("smaller: %s, %d pixels", e.Type, e.Width)
	}
}

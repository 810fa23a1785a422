package papers

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"mime/multipart"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
)

// shade is a picture of one color with a stripe.
func shade(w, h int, c color.NRGBA) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p.SetNRGBA(x, y, c)
			if x < w/4 {
				p.SetNRGBA(x, y, color.NRGBA{0, 0, 0, 255})
			}
		}
	}
	return p
}

func asPNG(t *testing.T, p image.Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func asJPEG(t *testing.T, p image.Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bomb is the head of a PNG of so many pixels, with next to nothing behind it.
func bomb(w, h uint32) string {
	b := []byte("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, 8, 6, 0, 0, 0)
	b = append(binary.BigEndian.AppendUint32(b, 13), head...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head)))
}

func upload(link, kind, file string) lanetest.Scenario {
	return lanetest.Scenario{
		Method: "POST", Path: "/v1/papers/" + link + "/images", Body: file, Header: map[string]string{"Content-Type": kind}, Status: 201,
	}
}

func (d *desk) upload(link, author, file string) Image {
	d.t.Helper()
	s := upload(link, "image/png", file)
	s.Header["Paper-Author"] = author
	var i Image
	d.ask(s, &i)
	return i
}

func withImage(name string) string {
	return `{"name":"Jun","x":1,"y":1,"image":"` + name + `"}`
}

func TestPictures(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		p := d.paper()
		file := asJPEG(t, shade(2000, 1000, color.NRGBA{200, 30, 30, 255}))
		secret := file[:2] + "\xff\xfe\x00\x10SECRET PLACE!!" + file[2:]
		var one Image
		d.ask(upload(p.Links.Write, "image/jpeg", secret), &one)
		if one.Width != 1600 || one.Height != 800 || one.Type != "image/jpeg" || one.Author.Token == "" || one.URL != imagePath(p.Links.Write, one.Image) {
			t.Errorf("it is kept as %+v", one)
		}
		if again := d.upload(p.Links.Write, one.Author.Token, file); again.Image != one.Image {
			t.Errorf("the same again is %s, and was %s", again.Image, one.Image)
		}
		d.count(t, imagesName, "hotlane_blobs", 1)
		d.put(p.Links.Write, one.Author.Token, noteA, withImage(one.Image))
		got := d.ask(lanetest.Scenario{Path: one.URL}, nil)
		if kept, _, err := image.Decode(bytes.NewReader(got.Body)); err != nil || kept.Bounds().Dx() != 1600 || bytes.Contains(got.Body, []byte("SECRET")) || len(got.Body) != one.Bytes {
			t.Errorf("%d bytes, %v", len(got.Body), err)
		}
		d.Run(t,
			lanetest.Scenario{
				Name: "it is kept for ever", Path: one.URL, Status: 200, Headers: map[string]string{
					"Content-Type": "image/jpeg", "Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
					"Content-Security-Policy": "default-src 'none'; sandbox",
				},
			},
			lanetest.Scenario{Name: "and not sent again", Path: one.URL, Header: map[string]string{"If-None-Match": got.Header.Get("Etag")}, Status: 304},
			lanetest.Scenario{Name: "not to the recipient yet", Path: imagePath(p.Links.Read, one.Image), Status: 409},
			lanetest.Scenario{Name: "not under another name", Path: strings.Replace(one.URL, ".1600.", ".1601.", 1), Status: 404, Code: "papers.no_image"},
			lanetest.Scenario{Name: "not on another paper", Path: imagePath(d.paper().Links.Write, one.Image), Status: 404, Code: "papers.no_image"},
			lanetest.Scenario{
				Name: "nor on its notes", Method: "PUT", Path: "/v1/papers/" + d.paper().Links.Write + "/notes/" + noteA, Body: withImage(one.Image),
				Status: 422, Fields: []string{"/image"},
			},
		)
		clear := d.upload(p.Links.Write, "", asPNG(t, shade(40, 20, color.NRGBA{0, 200, 0, 100})))
		if clear.Type != "image/png" || clear.Width != 40 || clear.Height != 20 {
			t.Errorf("what shows through is kept as %+v", clear)
		}
	})
}

func TestPicturesByForm(t *testing.T) {
	d := open(t)
	p := d.paper()
	form := func(parts ...string) (string, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := 0; i < len(parts); i += 2 {
			part, err := w.CreatePart(map[string][]string{"Content-Disposition": {`form-data; name="a"` + parts[i]}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := part.Write([]byte(parts[i+1])); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return w.FormDataContentType(), b.String()
	}
	file := asPNG(t, shade(10, 10, color.NRGBA{0, 0, 200, 255}))
	kind, body := form("", "a field", `; filename="me.exe"`, file)
	d.ask(upload(p.Links.Write, kind, body), nil)
	kind, body = form("", file)
	refused := upload(p.Links.Write, kind, body)
	refused.Status = 415
	d.ask(refused, nil)
	refused = upload(p.Links.Write, "multipart/form-data", body)
	refused.Status = 415
	d.ask(refused, nil)
	kind, body = form(`; filename="a"`, file)
	refused = upload(p.Links.Write, kind, body[:len(body)/2])
	refused.Status = 422
	d.ask(refused, nil)
}

func TestBadPictures(t *testing.T) {
	noise, r := image.NewNRGBA(image.Rect(0, 0, 400, 400)), rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.UintN(256))
	}
	module := with(func(c *Config) {
		c.Images.MaxBytes, c.Images.MaxPixels, c.Images.KeepBytes, c.Images.PerPaper = 1<<20, 1_000_000, 64<<10, 2
	})
	d := &desk{lanetest.Start(t, module), t}
	p := d.paper()
	good := asPNG(t, shade(50, 50, color.NRGBA{1, 2, 3, 255}))
	for _, c := range []struct {
		name, kind, file string
		status           int
		code             string
	}{
		{"a page", "text/html", "<script>alert(1)</script>", 415, "papers.image_type"},
		{"a page that says that it is a picture", "image/png", "<script>alert(1)</script>", 415, "papers.image_type"},
		{"an SVG", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, 415, "papers.image_type"},
		{"nothing", "image/png", "", 415, "papers.image_type"},
		{"no type", "", good, 415, "papers.image_type"},
		{"half a picture", "image/png", good[:len(good)/2], 422, "papers.image"},
		{"the head of one", "image/jpeg", "\xff\xd8\xff", 422, "papers.image"},
		{"a bomb", "image/png", bomb(60_000, 60_000), 413, "papers.image_size"},
		{"no pixels", "image/png", bomb(0, 10), 422, "papers.image"},
		{"more pixels than may be", "image/png", bomb(1001, 1000), 413, "papers.image_size"},
		{"more bytes than may be", "image/png", good + strings.Repeat("x", 1<<20), 413, "papers.image_size"},
		{"far more bytes than may be", "image/png", strings.Repeat("x", 2<<20), 413, ""},
		{"a good one that says that it is another", "image/jpeg", good, 201, ""},
	} {
		s := upload(p.Links.Write, c.kind, c.file)
		s.Name, s.Status, s.Code = c.name, c.status, c.code
		d.Run(t, s)
	}
	if big := d.upload(p.Links.Write, "", asPNG(t, noise)); big.Bytes > 64<<10 || big.Type != "image/jpeg" {
		t.Errorf("it is kept as %+v", big)
	}
	d.Run(t,
		func() lanetest.Scenario {
			s := upload(p.Links.Write, "image/png", asPNG(t, shade(51, 50, color.NRGBA{1, 2, 3, 255})))
			s.Name, s.Status, s.Code = "one more than a paper may have", 409, "papers.images"
			return s
		}(),
		func() lanetest.Scenario {
			s := upload(p.Links.Read, "image/png", good)
			s.Name, s.Status = "by the recipient", 409
			return s
		}(),
	)
	d.post(p.Links.Own, "close")
	late := upload(p.Links.Write, "image/png", good)
	late.Name, late.Status, late.Code = "on a closed paper", 409, "papers.closed"
	d.Run(t, late)
}

// TestPicturesThatNothingShows go: those of deleted notes, and those that were never put on one, though not while somebody may be about to.
func TestPicturesThatNothingShows(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		p := d.paper()
		author := strings.Repeat("a", 22)
		var names []string
		for i := range 3 {
			names = append(names, d.upload(p.Links.Write, author, asPNG(t, shade(20+i, 20, color.NRGBA{9, 9, 9, 255}))).Image)
		}
		d.put(p.Links.Write, author, noteA, withImage(names[0]))
		d.put(p.Links.Write, author, noteB, withImage(names[1]))
		d.ask(lanetest.Scenario{Method: "DELETE", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteB, Header: as(author)}, nil)
		there := func(want ...int) {
			t.Helper()
			for i, n := range names {
				if a := d.Do(t, lanetest.Scenario{Path: imagePath(p.Links.Own, n)}); a.Status != want[i] {
					t.Errorf("picture %d: %d, want %d", i, a.Status, want[i])
				}
			}
		}
		d.Clock.Advance(time.Hour)
		d.Work(t)
		there(200, 200, 200)
		d.Clock.Advance(6 * time.Hour)
		d.Work(t)
		there(200, 404, 404)
		names = append(names, d.upload(p.Links.Write, author, asPNG(t, shade(30, 20, color.NRGBA{9, 9, 9, 255}))).Image)
		d.post(p.Links.Own, "close")
		d.Work(t)
		there(200, 404, 404, 404)
		d.post(p.Links.Own, "deliver")
		if a := d.Do(t, lanetest.Scenario{Path: imagePath(p.Links.Read, names[0])}); a.Status != 200 {
			t.Errorf("the recipient gets %d", a.Status)
		}
		d.ask(lanetest.Scenario{Method: "DELETE", Path: "/v1/papers/" + p.Links.Own, Status: 204}, nil)
		d.Work(t)
		d.nothingLeft(t)
	})
}

func TestPicturesInAFolder(t *testing.T) {
	dir := t.TempDir()
	d := &desk{lanetest.Start(t, with(func(c *Config) { c.Images.Dir = dir })), t}
	p := d.paper()
	one := d.upload(p.Links.Write, "", asPNG(t, shade(20, 20, color.NRGBA{9, 9, 9, 255})))
	d.ask(lanetest.Scenario{Path: one.URL}, nil)
	d.count(t, imagesName, "hotlane_blobs", 0)
	d.ask(lanetest.Scenario{Method: "DELETE", Path: "/v1/papers/" + p.Links.Own, Status: 204}, nil)
	d.Work(t)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func decode[T any](t *testing.T, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	return v
}

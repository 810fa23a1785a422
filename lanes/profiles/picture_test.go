package profiles

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/picture"
)

// files is the web that pictures come from, by URL.
type files struct {
	mu    sync.Mutex
	by    map[string]func() (int, http.Header, io.Reader)
	asked map[string]int
}

func (f *files) put(at, kind string, body []byte) {
	f.on(at, func() (int, http.Header, io.Reader) {
		return http.StatusOK, http.Header{"Content-Type": {kind}}, bytes.NewReader(body)
	})
}

func (f *files) on(at string, answer func() (int, http.Header, io.Reader)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.by[at] = answer
}

func (f *files) times(at string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[at]
}

func (f *files) RoundTrip(r *http.Request) (*http.Response, error) {
	at := r.URL.String()
	f.mu.Lock()
	f.asked[at]++
	answer := f.by[at]
	f.mu.Unlock()
	if answer == nil {
		return nil, errors.New("nobody is at " + at)
	}
	status, header, body := answer()
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(body), ContentLength: -1, Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

func newFiles() *files {
	return &files{by: map[string]func() (int, http.Header, io.Reader){}, asked: map[string]int{}}
}

func dot(w, h int, c color.Color) image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p.Set(x, y, c)
		}
	}
	return p
}

func pngOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t testing.TB, frames int) []byte {
	t.Helper()
	g := gif.GIF{}
	for i := range frames {
		p := image.NewPaletted(image.Rect(0, 0, 300, 300), color.Palette{color.RGBA{uint8(255 - i), 0, 0, 255}})
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb says that it is 60000 pixels a side.
func bomb(t testing.TB) []byte {
	t.Helper()
	b := pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(b[16:], 60000)
	binary.BigEndian.PutUint32(b[20:], 60000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// endless gives zeros, and counts them.
type endless struct{ read *int64 }

func (e endless) Read(p []byte) (int, error) {
	clear(p)
	*e.read += int64(len(p))
	return len(p), nil
}

const photo = "https://pictures.example/haru.jpg"

func pictureURL(one *Profile, size int) string { return picturePath(one, size) }

func TestPictures(t *testing.T) {
	web := newFiles()
	webp, err := os.ReadFile("../../platform/picture/testdata/opaque.webp")
	if err != nil {
		t.Fatal(err)
	}
	for at, c := range map[string]struct {
		kind string
		body []byte
	}{
		photo:                                      {"image/jpeg", jpegOf(t, dot(900, 600, color.RGBA{200, 0, 0, 255}))},
		"https://pictures.example/lies.html":       {"text/html", pngOf(t, dot(300, 300, color.RGBA{0, 0, 200, 255}))},
		"https://pictures.example/clear.png":       {"image/png", pngOf(t, dot(300, 300, color.NRGBA{0, 0, 200, 100}))},
		"https://pictures.example/film.gif":        {"image/gif", gifOf(t, 60)},
		"https://pictures.example/w.webp":          {"application/octet-stream", webp},
		"https://pictures.example/page.png":        {"image/png", []byte("<!doctype html><script>alert(1)</script>")},
		"https://pictures.example/drawing.svg":     {"image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		"https://pictures.example/bomb.png":        {"image/png", bomb(t)},
		"https://pictures.example/half.jpg":        {"image/jpeg", jpegOf(t, dot(900, 600, color.Black))[:500]},
		"https://pictures.example/nothing.png":     {"image/png", nil},
		"http://169.254.169.254/latest/meta.png":   {"image/png", pngOf(t, dot(10, 10, color.Black))},
		"http://127.0.0.1/private.png":             {"image/png", pngOf(t, dot(10, 10, color.Black))},
		"https://pictures.example/not.allowed.png": {"image/png", pngOf(t, dot(10, 10, color.Black))},
	} {
		web.put(at, c.kind, c.body)
	}
	var read int64
	web.on("https://pictures.example/huge.png", func() (int, http.Header, io.Reader) {
		return 200, http.Header{"Content-Type": {"image/png"}}, io.MultiReader(bytes.NewReader(pngOf(t, dot(9, 9, color.Black))), io.LimitReader(endless{&read}, 50<<20))
	})
	web.on("https://pictures.example/gone.png", func() (int, http.Header, io.Reader) { return 404, nil, strings.NewReader("no") })
	for name, to := range map[string]string{"away": "http://169.254.169.254/latest/meta.png", "home": "http://127.0.0.1/private.png"} {
		web.on("https://pictures.example/"+name+".png", func() (int, http.Header, io.Reader) {
			return 302, http.Header{"Location": {to}}, strings.NewReader("")
		})
	}
	all := people{}
	kinds := map[string]string{
		photo: "image/jpeg", "https://pictures.example/lies.html": "image/jpeg", "https://pictures.example/clear.png": "image/png",
		"https://pictures.example/film.gif": "image/jpeg", "https://pictures.example/w.webp": "image/jpeg",
		"": "image/svg+xml", "javascript:alert(1)": "image/svg+xml", "file:///etc/passwd": "image/svg+xml", "http://127.0.0.1/private.png": "image/svg+xml",
		"https://nowhere.example/x.png": "image/svg+xml",
	}
	for _, name := range []string{
		"page.png", "drawing.svg", "bomb.png", "half.jpg", "nothing.png", "huge.png", "gone.png", "away.png", "home.png",
	} {
		kinds["https://pictures.example/"+name] = "image/svg+xml"
	}
	for at := range kinds {
		one := haru()
		one.ID, one.Username, one.Card.Picture = "id of "+at, "u "+at, at
		all[at] = one
	}
	h := lanetest.Start(t, pageModule(all, func(_ *PageConfig, _ *PicturesConfig, d *lane.Deps) { d.Private = false }), lanetest.WithoutRun(), lanetest.Third(web))
	for at, kind := range kinds {
		one := all[at].(*Profile)
		a := h.Do(t, lanetest.Scenario{Path: pictureURL(one, 96)})
		if a.Status != 200 || a.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", at, a.Status, a.Header.Get("Content-Type"))
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Content-Length": strconv.Itoa(len(a.Body)),
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", at, name, got)
			}
		}
		keep := a.Header.Get("Cache-Control")
		if kind == "image/svg+xml" {
			if strings.Contains(keep, "immutable") || !bytes.Contains(a.Body, []byte(">김<")) || bytes.Contains(a.Body, []byte("<script")) {
				t.Errorf("%s: %s\n%s", at, keep, a.Body)
			}
			continue
		}
		if p, _, err := image.DecodeConfig(bytes.NewReader(a.Body)); err != nil || p.Width != p.Height || p.Width > 96 || keep != "public, max-age=86400, immutable" {
			t.Errorf("%s: %+v, %v, %s", at, p, err, keep)
		}
	}
	if read > 9<<20 {
		t.Errorf("of a file of 50 MiB %d bytes were read", read)
	}
	for _, at := range []string{"http://169.254.169.254/latest/meta.png", "http://127.0.0.1/private.png"} {
		if n := web.times(at); n != 0 {
			t.Errorf("%s was asked for %d times", at, n)
		}
	}
}

func TestPictureIsAskedForAsTheRulesAre(t *testing.T) {
	web := newFiles()
	web.put(photo, "image/jpeg", jpegOf(t, dot(900, 600, color.RGBA{200, 0, 0, 255})))
	all := people{"haru": haru(), "erased": ErrNotFound.Because(ErrErased), "later": ErrLater.After(89500 * time.Millisecond), "ours": errors.New("row 7 of secrets")}
	h := lanetest.Start(t, pageModule(all, nil), lanetest.WithoutRun(), lanetest.Third(web))
	versioned := pictureURL(haru(), 384)
	svg := map[string]string{"Content-Type": "image/svg+xml", "X-Content-Type-Options": "nosniff"}
	h.Run(t,
		lanetest.Scenario{Name: "its size", Path: picturePrefix + "people/7?size=100", Status: 422, Fields: []string{"query:size"}},
		lanetest.Scenario{Name: "no number", Path: picturePrefix + "people/7?size=big", Status: 422, Fields: []string{"query:size"}},
		lanetest.Scenario{Name: "by what", Path: picturePrefix + "people/7?by=name", Status: 422, Fields: []string{"query:by"}},
		lanetest.Scenario{
			Name: "without version and size", Path: picturePrefix + "people/7", Status: 200,
			Headers: map[string]string{"Content-Type": "image/jpeg", "Cache-Control": "public, max-age=300"},
			After: func(t *testing.T, _ *lanetest.Harness, a lanetest.Answer) {
				if p, err := jpeg.DecodeConfig(bytes.NewReader(a.Body)); err != nil || p.Width != 192 {
					t.Errorf("%+v %v", p, err)
				}
			},
		},
		lanetest.Scenario{Name: "by username", Path: picturePrefix + "people/HARU?by=username", Status: 200, Headers: map[string]string{"Content-Type": "image/jpeg"}},
		lanetest.Scenario{
			Name: "with its version", Path: versioned, Status: 200, Headers: map[string]string{"Cache-Control": "public, max-age=86400, immutable"},
			After: func(t *testing.T, h *lanetest.Harness, a lanetest.Answer) {
				again := h.Do(t, lanetest.Scenario{Path: versioned, Header: map[string]string{"If-None-Match": a.Header.Get("ETag")}})
				if again.Status != 304 || len(again.Body) != 0 || strings.HasPrefix(a.Header.Get("ETag"), "W/") || a.Header.Get("ETag") == "" {
					t.Errorf("%d, %q", again.Status, a.Header.Get("ETag"))
				}
				head := h.Do(t, lanetest.Scenario{Method: "HEAD", Path: versioned})
				if head.Status != 200 || head.Header.Get("Content-Length") != strconv.Itoa(len(a.Body)) {
					t.Errorf("HEAD: %d %v", head.Status, head.Header)
				}
			},
		},
		lanetest.Scenario{Name: "of nobody", Path: picturePrefix + "people/none", Status: 404, Headers: svg},
		lanetest.Scenario{Name: "of who was erased", Path: picturePrefix + "people/erased", Status: 404, Headers: svg},
		lanetest.Scenario{Name: "not now", Path: picturePrefix + "people/later", Status: 503, Headers: map[string]string{"Retry-After": "90", "Cache-Control": "no-store"}},
		lanetest.Scenario{Name: "our own fault", Path: picturePrefix + "people/ours", Status: 500, Absent: []string{"secrets"}},
	)
	if n := web.times(photo); n != 1 {
		t.Errorf("the file was fetched %d times", n)
	}
}

func TestPicturesAreKeptForAWhile(t *testing.T) {
	web := newFiles()
	red, blue := jpegOf(t, dot(90, 60, color.RGBA{200, 0, 0, 255})), jpegOf(t, dot(90, 60, color.RGBA{0, 0, 200, 255}))
	web.put(photo, "image/jpeg", red)
	all := people{"haru": haru()}
	var made pageLane
	m := pageModule(all, nil)
	h := lanetest.Start(t, lane.Module{Name: m.Name, Config: m.Config, New: func(d lane.Deps) (lane.Lane, error) {
		l, err := m.New(d)
		made = l.(pageLane)
		return l, err
	}}, lanetest.WithoutRun(), lanetest.Third(web))
	get := func() lanetest.Answer {
		return h.Do(t, lanetest.Scenario{Path: pictureURL(all["haru"].(*Profile), 96)})
	}
	first := get()

	var many sync.WaitGroup
	for range 20 {
		many.Go(func() { get() })
	}
	many.Wait()
	if n := web.times(photo); n != 1 {
		t.Fatalf("it was fetched %d times", n)
	}

	other := haru()
	other.Card.Picture = "https://pictures.example/new.jpg"
	web.put(other.Card.Picture, "image/jpeg", blue)
	all["haru"] = other
	if a := get(); a.Header.Get("ETag") == first.Header.Get("ETag") || a.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("of a new picture the old one is shown: %v", a.Header)
	}

	web.on(other.Card.Picture, func() (int, http.Header, io.Reader) { return 500, nil, strings.NewReader("") })
	h.Clock.Advance(25 * time.Hour)
	for range 3 {
		if a := get(); a.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the old one is not shown while the file cannot be had: %v", a.Header)
		}
	}

	key := pictureKey("people", "7")
	if _, ok := made.pictures.cache.Peek(key); !ok {
		t.Error("it is not in the cache")
	}
	if err := made.pictures.forget(t.Context(), "people", "7"); err != nil {
		t.Fatal(err)
	}
	all["haru"] = ErrNotFound.Because(ErrErased)
	delete(all, "7")
	if _, ok := made.pictures.cache.Peek(key); ok {
		t.Error("who was erased is in the cache")
	}
	if a := h.Do(t, lanetest.Scenario{Path: pictureURL(other, 96)}); a.Status != 404 || a.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("who was erased: %d %v", a.Status, a.Header)
	}
}

func TestWhatCannotBeHadIsNotAskedForAllTheTime(t *testing.T) {
	web := newFiles()
	web.on(photo, func() (int, http.Header, io.Reader) { return 404, nil, strings.NewReader("") })
	h := lanetest.Start(t, pageModule(people{"haru": haru()}, nil), lanetest.WithoutRun(), lanetest.Third(web))
	get := func() string {
		return h.Do(t, lanetest.Scenario{Path: pictureURL(haru(), 96)}).Header.Get("Content-Type")
	}
	for range 5 {
		if kind := get(); kind != "image/svg+xml" {
			t.Error(kind)
		}
	}
	if n := web.times(photo); n != 1 {
		t.Errorf("it was asked for %d times", n)
	}
	web.put(photo, "image/jpeg", jpegOf(t, dot(90, 60, color.Black)))
	h.Clock.Advance(11 * time.Minute)
	if kind := get(); kind != "image/jpeg" {
		t.Errorf("when it is there again: %s", kind)
	}
}

func TestHostsOfPictures(t *testing.T) {
	web := newFiles()
	web.put(photo, "image/jpeg", jpegOf(t, dot(90, 60, color.Black)))
	for hosts, want := range map[string]string{"": "image/jpeg", "*.example": "image/jpeg", "pictures.example": "image/jpeg", "example.com": "image/svg+xml"} {
		h := lanetest.Start(t, pageModule(people{"haru": haru()}, func(_ *PageConfig, c *PicturesConfig, _ *lane.Deps) { c.Hosts = strings.Fields(hosts) }),
			lanetest.WithoutRun(), lanetest.Third(web))
		if got := h.Do(t, lanetest.Scenario{Path: pictureURL(haru(), 96)}).Header.Get("Content-Type"); got != want {
			t.Errorf("%q: %s", hosts, got)
		}
	}
}

// FuzzDecodeDrawn: what comes from a shared cache may be of another version, or anything.
func FuzzDecodeDrawn(f *testing.F) {
	of := hashURL(photo)
	for _, d := range []drawn{{of: of}, {of: of, sizes: []picture.Encoded{
		{Type: "image/jpeg", Side: 384, Body: []byte("a")}, {Type: "image/png", Side: 192, Body: []byte("b")}, {Type: "image/png", Side: 96},
	}}} {
		b, err := d.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decodeDrawn(b)
		if err != nil {
			return
		}
		if again, err := d.encode(); err != nil || !bytes.Equal(again, b) || len(d.sizes) != 0 && len(d.sizes) != len(pictureSizes) {
			t.Fatalf("%q became %q: %v", b, again, err)
		}
	})
}

func TestDrawnInACache(t *testing.T) {
	web := newFiles()
	web.put(photo, "image/jpeg", jpegOf(t, dot(900, 60, color.Black)))
	s := newPictures(defaultPictures(), lane.Deps{Fetch: web, Now: time.Now, Log: nil})
	sizes, err := s.draw(t.Context(), photo)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []drawn{{of: hashURL(photo), sizes: sizes}, {of: hashURL(photo)}} {
		b, err := d.encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeDrawn(b)
		if err != nil || back.of != d.of || len(back.sizes) != len(d.sizes) || len(b) > d.size() {
			t.Errorf("%v, %d bytes of %d", err, len(b), d.size())
		}
		for i := range b {
			if back, err := decodeDrawn(b[:i]); err == nil && len(back.sizes) != 0 {
				t.Errorf("%d bytes of %d are taken for a picture", i, len(b))
			}
		}
	}
}

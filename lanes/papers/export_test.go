package papers

import (
	"image/color"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/lanes/papers/board"
)

// written is a delivered paper with words that must not become markup, a picture, and a hidden note.
func written(t *testing.T, d *desk) (p Card, picture Image) {
	t.Helper()
	p = d.paper(`"theme":"night"`, `"lang":"ko"`, `"zone":"Asia/Seoul"`)
	author := strings.Repeat("a", 22)
	picture = d.upload(p.Links.Write, author, asPNG(t, shade(60, 40, color.NRGBA{200, 0, 0, 255})))
	d.put(p.Links.Write, author, noteA, `{"name":"<b>Jun</b>","text":"<script>alert(1)</script>\n</style>둘째 줄","x":300,"y":200,"rot":-7,"color":"sky"}`)
	d.put(p.Links.Write, author, noteB, withImage(picture.Image))
	d.put(p.Links.Write, author, noteC, newNote("something rude"))
	d.ask(lanetest.Scenario{Method: "POST", Path: "/v1/papers/" + p.Links.Own + "/notes/" + noteC + "/hide", Body: `{"hidden":true}`}, nil)
	d.post(p.Links.Own, "deliver")
	d.Work(t)
	return p, picture
}

// TestTheKeptFileStandsAlone: it has everything in it, asks nobody for anything, and runs nothing.
func TestTheKeptFileStandsAlone(t *testing.T) {
	d := open(t)
	p, picture := written(t, d)
	a := d.ask(lanetest.Scenario{Path: "/v1/papers/" + p.Links.Read + "/export?format=html"}, nil)
	file := string(a.Body)
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Content-Disposition": `attachment; filename="Happy birthday.html"`, "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, want := range []string{"Happy birthday", "둘째 줄", "&lt;script&gt;", "data:image/jpeg;base64,", `lang="ko"`, "@media print"} {
		if !strings.Contains(file, want) {
			t.Errorf("%s is not in it", want)
		}
	}
	for _, never := range []string{"something rude", "<script", "Paper-Author", p.Links.Own, p.Links.Write, picture.Image, "/v1/", "/papers/", d.URL} {
		if strings.Contains(file, never) {
			t.Errorf("%s is in it", never)
		}
	}
	notes := 0
	for tokens := html.NewTokenizer(strings.NewReader(file)); ; {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			if tokens.Err() != io.EOF {
				t.Error(tokens.Err())
			}
			break
		}
		token := tokens.Token()
		if token.Data == "style" && kind == html.StartTagToken {
			tokens.Next()
			for _, part := range strings.Split(string(tokens.Raw()), "url(")[1:] {
				if !strings.HasPrefix(strings.TrimLeft(part, `"'`), "data:") {
					t.Errorf("the style asks for %.60s", part)
				}
			}
			continue
		}
		for _, attr := range token.Attr {
			class := attr.Key == "class" && strings.Contains(" "+attr.Val+" ", " slip ")
			if class {
				notes++
			}
			asks := attr.Key == "src" || attr.Key == "href" || attr.Key == "srcset" || attr.Key == "action" || attr.Key == "poster"
			if asks && !strings.HasPrefix(attr.Val, "data:") && !strings.HasPrefix(attr.Val, "#") || strings.HasPrefix(attr.Key, "on") {
				t.Errorf("<%s %s=%.60q>", token.Data, attr.Key, attr.Val)
			}
		}
	}
	if notes != 2 {
		t.Errorf("it has %d notes", notes)
	}
}

func TestExportAsJSON(t *testing.T) {
	d := open(t)
	p, picture := written(t, d)
	a := d.ask(lanetest.Scenario{Path: "/v1/papers/" + p.Links.Own + "/export?format=json"}, nil)
	got := decode[struct {
		Document board.Document
		Images   map[string]string
	}](t, a.Body)
	if len(got.Document.Notes) != 2 || got.Document.Paper.State != board.Delivered || len(got.Images) != 1 {
		t.Errorf("%d notes, %d pictures, %s", len(got.Document.Notes), len(got.Images), got.Document.Paper.State)
	}
	if !strings.HasPrefix(got.Images[picture.Image], "data:image/jpeg;base64,") {
		t.Errorf("the picture is %.40q", got.Images[picture.Image])
	}
	if strings.Contains(string(a.Body), "something rude") {
		t.Error("a hidden note is in it")
	}
	d.Run(t, lanetest.Scenario{
		Name: "no other format", Path: "/v1/papers/" + p.Links.Own + "/export?format=pdf", Status: 422, Code: "papers.format", Fields: []string{"query:format"},
	})
}

// TestAPictureThatIsLost does not spoil the file.
func TestAPictureThatIsLost(t *testing.T) {
	d := open(t)
	p, _ := written(t, d)
	if err := d.Lane.(*Lane).images.DeleteGroup(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"html", "json"} {
		a := d.ask(lanetest.Scenario{Path: "/v1/papers/" + p.Links.Read + "/export?format=" + format}, nil)
		if strings.Contains(string(a.Body), "data:image/jpeg") || !strings.Contains(string(a.Body), "둘째 줄") {
			t.Errorf("as %s: %.300s", format, a.Body)
		}
	}
}

// TestOneClientHoldsNotAllExports: whoever reads slowly keeps nobody else from theirs.
func TestOneClientHoldsNotAllExports(t *testing.T) {
	d := open(t)
	l, p := d.Lane.(*Lane), d.paper()
	export := func(client string) (*Export, error) {
		return l.Export(t.Context(), Caller{Client: client}, p.Links.Own, "json", "")
	}
	var slow []*Export
	for {
		e, err := export("192.0.2.1/32")
		if err != nil {
			break
		}
		slow = append(slow, e)
	}
	e, err := export("192.0.2.2/32")
	if err != nil {
		t.Fatalf("while another reads %d: %v", len(slow), err)
	}
	e.Close()
	slow[0].Close()
	if _, err := export("192.0.2.1/32"); err != nil {
		t.Error(err)
	}
}

func TestFileNames(t *testing.T) {
	for title, want := range map[string]string{
		"a/b\\c": "a-b-c", "생일 축하해!": "생일 축하해!", "../../etc/passwd": "etc-passwd", `"x": <y>|?*`: "x-- -y", "100%": "100", "...": "paper",
	} {
		if got := fileName(title); got != want {
			t.Errorf("%q is %q, want %q", title, got, want)
		}
	}
}

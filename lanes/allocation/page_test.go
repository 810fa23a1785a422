package allocation

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

// open gets the page as its route would write it, without the shell around it.
func (l *testLane) open(target, accept string) (string, *http.Response) {
	l.t.Helper()
	l.deps.Page = func(w io.Writer, p lane.Page) error {
		_, err := io.WriteString(w, p.Lang+"\n"+string(p.Head)+string(p.Body))
		return err
	}
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept-Language", accept)
	w := httptest.NewRecorder()
	if err := l.page(w, r); err != nil {
		l.t.Fatal(err)
	}
	return w.Body.String(), w.Result()
}

const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`

func TestPageEscapes(t *testing.T) {
	l := startLane(t, nil)
	text, _ := json.Marshal(evil)
	l.put(
		`{"thing":"advertiser","id":"a","name":`+string(text)+`}`,
		`{"thing":"placement","id":"lock","name":`+string(text)+`}`,
		`{"thing":"campaign","id":"c","advertiser":"a","name":`+string(text)+`,"total_budget_micros":1000000000}`,
		`{"thing":"line_item","id":"i","campaign":"c","name":`+string(text)+`,"bid_type":"cpm","bid_micros":1000000}`,
		`{"thing":"line_item","id":"j","campaign":"c","bid_type":"cpm","bid_micros":1000000,"targeting":{"attr":"os","eq":`+string(text)+`}}`,
		`{"thing":"creative","id":"cr","line_item":"i","title":`+string(text)+`,"image":"https://cdn.example/a.png","extra":{"title_ko":`+string(text)+`}}`,
		`{"thing":"creative","id":"cs","line_item":"j","title":`+string(text)+`}`,
	)
	l.warm("i")
	for _, lang := range []string{"ko", "en"} {
		page, _ := l.open("/allocation?lang="+lang+"&user=%3Cscript%3Ealert(1)&os=%22%3E%3Cscript%3Ealert(1)&region=%3Cscript%3Ealert", "")
		if !strings.Contains(page, "&lt;script&gt;") {
			t.Errorf("%s: the title is not there at all", lang)
		}
		for _, never := range []string{"<script>alert", "<img src=x", " style=", " onerror=alert(2)>", "javascript:"} {
			if strings.Contains(page, never) {
				t.Errorf("%s: the page has %s", lang, never)
			}
		}
	}
}

func TestPageExplains(t *testing.T) {
	l := startLane(t, nil)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.settle()
	tests := []struct {
		name, target, accept string
		has, hasNot          []string
	}{
		{
			"english", "/allocation?os=ios&age=20", "en-GB,en;q=0.9,ko;q=0.5",
			[]string{
				"en\n", "Why these, and not the others?", `data-code="targeting"`, "Its targeting does not match", "given: ios",
				`data-code="paused"`, `data-code="killed"`, "Won slot 1", "Otter Bank", pageAssets().URL("web/allocation.js"),
			},
			[]string{"수달뱅크"},
		},
		{
			"korean by the browser", "/allocation?placement=banner", "ko-KR,ko;q=0.9,en;q=0.5",
			[]string{"ko\n", "왜 이 결과인가요?", "타기팅 조건에 맞지 않습니다", "이 지면이 받지 않는 등급입니다", `data-code="tier"`, "수달뱅크"},
			[]string{"Otter Bank"},
		},
		{
			"asked for before the browser", "/allocation?lang=en&q=goat-outlet", "ko",
			[]string{"en\n", `data-key="goat-outlet"`, "is paused"},
			[]string{`data-key="goat-wide"`},
		},
		{
			"what is not understood", "/allocation?lang=xx&placement=none&age=NaN&location=91,0&nobody=1&app_version=%ff", "",
			[]string{"en\n", "not given"},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			page, res := l.open(tt.target, tt.accept)
			for _, want := range tt.has {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %s", want)
				}
			}
			for _, never := range tt.hasNot {
				if strings.Contains(page, never) {
					t.Errorf("the page has %s", never)
				}
			}
			if res.Header.Get("Cache-Control") != "no-store" {
				t.Error("the page may be kept")
			}
		})
	}
}

// TestDemoPageIsSomebodys: a demo's page shows what the first of its people sees, until somebody else is named, or nobody.
func TestDemoPageIsSomebodys(t *testing.T) {
	l := newTestLane(t)
	l.demo = true
	l.start(nil)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.settle()
	const haru, ad = `aria-current="true">Haru`, `<ol class="cards">
      <li class="shot" data-kind="ad"`
	for target, want := range map[string]bool{
		"": true, "&placement=banner&q=goat": true, "&user=": false, "&user=me": false, "&os=ios": false, "&os=&age=": true,
	} {
		page, _ := l.open("/allocation?lang=en"+target, "")
		if got := strings.Contains(page, haru); got != want {
			t.Errorf("%q: the page is Haru's: %t", target, got)
		}
	}
	l.until("the lock screen begins with an ad", func() bool {
		page, _ := l.open("/allocation?lang=en", "")
		return strings.Contains(page, ad)
	})
}

func TestPageReservesNothing(t *testing.T) {
	l := startLane(t, nil)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.settle()
	for range 5 {
		l.open("/allocation?user=somebody&age=30", "")
	}
	if n := total(l.metrics.decisions); n != 0 {
		t.Errorf("looking counted as %v decisions", n)
	}
	charged, err := l.ledger.Campaigns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for num, c := range charged {
		if c.Spent != 0 {
			t.Errorf("campaign %d: looking spent %d", num, c.Spent)
		}
	}
}

func TestEmptyPage(t *testing.T) {
	l := startLane(t, nil)
	page, _ := l.open("/allocation", "ko")
	for _, want := range []string{"아직 지면이 없습니다", "예산이 있는 캠페인이 없습니다"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestLiveParts(t *testing.T) {
	l := startLane(t, nil)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.settle()
	get := func(parts string) (map[string]string, error) {
		w := httptest.NewRecorder()
		if err := l.live(w, httptest.NewRequest(http.MethodGet, "/allocation/live?lang=en&parts="+parts, nil)); err != nil {
			return nil, err
		}
		var out struct{ Parts map[string]string }
		err := json.Unmarshal(w.Body.Bytes(), &out)
		return out.Parts, err
	}
	parts, err := get("stats,budgets")
	if err != nil || len(parts) != 2 || !strings.Contains(parts["stats"], "Impressions") || !strings.Contains(parts["budgets"], "Otter Bank") {
		t.Errorf("%v, %v", parts, err)
	}
	for _, wrong := range []string{"", "page.html", "stats,../x"} {
		if _, err := get(wrong); fault.From(err).Code != "allocation.page_part" {
			t.Errorf("parts %q: %v", wrong, err)
		}
	}
}

func TestPageIsAnOperators(t *testing.T) {
	set := db.NewSet(db.DefaultConfig(), t.TempDir(), db.Options{})
	for _, demo := range []bool{false, true} {
		l, err := New(DefaultConfig(), lane.Deps{DB: set.DB, Demo: demo})
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]identity.Access{false: identity.Admin, true: identity.Public}[demo]
		for _, r := range l.pageRoutes()[:2] {
			if r.Access != want {
				t.Errorf("demo %v: %s is open to %s", demo, r.Pattern, r.Access)
			}
		}
	}
}

func TestEveryWordIsSaid(t *testing.T) {
	for lang, w := range pageWords {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: no word for %s", lang, v.Type().Field(i).Name)
			}
		}
	}
	for r := reasonNone + 1; r < reasons; r++ {
		if reasonTexts[r] == "" || reasonTextsKo[r] == "" {
			t.Errorf("reason %s is not said in both languages", r)
		}
	}
}

func TestPicture(t *testing.T) {
	for _, name := range []string{"weather-01.svg", "unknown.svg", "life.svg"} {
		svg := picture(name)
		if svg == nil || string(svg) != string(picture(name)) {
			t.Errorf("%s is not drawn, or not the same twice", name)
		}
		d := xml.NewDecoder(strings.NewReader(string(svg)))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	for _, name := range []string{"", "a", "A.svg", "a_b.svg", `a"><script>.svg`, "../a.svg", "a.svg.svg", strings.Repeat("a", 100) + ".svg"} {
		if picture(name) != nil {
			t.Errorf("%q is taken for a name", name)
		}
	}
}

func TestFormats(t *testing.T) {
	k := looker{unit: "₩"}
	for micros, want := range map[int64]string{0: "₩0", 9e6: "₩9", 8_200_000: "₩8.20", 1_234_567_800_000: "₩1,234,568", 19_990_000: "₩19.99", 99_600_000: "₩100"} {
		if got := k.money(micros); got != want {
			t.Errorf("%d is %s, want %s", micros, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
	if percent(1, 0) != "–" || percent(1, 8) != "12.50%" {
		t.Error("percent")
	}
}

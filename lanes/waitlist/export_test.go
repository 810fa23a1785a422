package waitlist

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// download reads an export with its trailer.
func (h *testLane) download(query string) (text, rows string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.URL+"/v1/waitlist/spring/export?"+query, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+lanetest.AdminKey)
	res, err := h.Client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		h.t.Fatal(res.Status, err, string(b))
	}
	return string(b), res.Trailer.Get(rowsTrailer)
}

func TestExport(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.patch(`{"fields":[{"name":"why","label":{"en":"Why"},"kind":"text"},{"name":"team","label":{"en":"Team"},"kind":"number"}]}`)
		why := []string{`=HYPERLINK(\"http://x\")`, `+1`, `-1`, `@SUM(1)`, `plain`, `a, \"b\"`, `＝1+1`}
		for i, w := range why {
			h.join(fmt.Sprintf("p%d@example.com", i), fmt.Sprintf(`"fields":{"why":"%s","team":-4.5}`, w), `"name":"=cmd"`, `"source":"@ads"`)
			h.Clock.Advance(time.Second)
		}
		text, rows := h.download("format=csv&bom=1")
		text, ok := strings.CutPrefix(text, "\uFEFF")
		table, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !ok || rows != "7" || len(table) != 8 || !strings.Contains(text, "\r\n") {
			t.Fatal(err, ok, rows, text)
		}
		var cells []string
		for _, row := range table[1:] {
			if row[3] != "'=cmd" || row[5] != "'@ads" || row[19] != "-4.5" {
				t.Errorf("%q", row)
			}
			cells = append(cells, row[18])
		}
		want := []string{`'=HYPERLINK("http://x")`, "'+1", "'-1", "'@SUM(1)", "plain", `a, "b"`, "'＝1+1"}
		if diff := cmp.Diff(want, cells); diff != "" {
			t.Error(diff)
		}
		text, rows = h.download("format=ndjson")
		if lines := strings.Split(strings.TrimSpace(text), "\n"); len(lines) != 7 || rows != "7" || !strings.Contains(lines[1], `"why":"+1"`) {
			t.Errorf("%s rows: %s", rows, text)
		}
		h.Run(t,
			lanetest.Scenario{Name: "no format", Path: "/v1/waitlist/spring/export?format=xls", As: identity.Admin, Status: 422, Fields: []string{"query:format"}},
			lanetest.Scenario{Name: "no list", Path: "/v1/waitlist/none/export?format=csv", As: identity.Admin, Status: 404, Code: "waitlist.no_list", Headers: map[string]string{"Content-Disposition": ""}},
			lanetest.Scenario{Name: "not for visitors", Path: "/v1/waitlist/spring/export?format=csv", Status: 401, Absent: []string{"p0@example.com"}},
			lanetest.Scenario{Name: "nor for services", Path: "/v1/waitlist/spring/export?format=csv", As: identity.Service, Status: 403},
		)
	})
}

// slowly does something before each write.
type slowly struct {
	before func() error
	n      int64
}

func (w *slowly) Write(b []byte) (int, error) {
	w.n += int64(len(b))
	return len(b), w.before()
}

// TestExportIsOfOneMoment: what is written while an export runs is not in it, whole pages later neither.
func TestExportIsOfOneMoment(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.joinTogether(2*exportPage + 10)
		more := 0
		w := &slowly{before: func() error {
			more++
			return h.lane().SignUp(t.Context(), "spring", &Form{Email: fmt.Sprintf("late%d@example.com", more)})
		}}
		rows, err := h.lane().Export(t.Context(), "spring", "ndjson", false, w)
		if err != nil || rows != 2*exportPage+10 || more < 2 {
			t.Errorf("%d rows, %d beside it, %v", rows, more, err)
		}
	})
}

// TestExportInFlatMemory: ten times the rows, the same memory.
func TestExportInFlatMemory(t *testing.T) {
	h := start(t, nil)
	h.joinTogether(4 * exportPage)
	var most uint64
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	w := &slowly{before: func() error {
		runtime.GC()
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
		return nil
	}}
	if _, err := h.lane().Export(t.Context(), "spring", "csv", false, w); err != nil {
		t.Fatal(err)
	}
	if held := int64(most) - int64(before); held > 2<<20 {
		t.Errorf("%d bytes are held while %d are written", held, w.n)
	}
}

func TestExportsAreFew(t *testing.T) {
	h := start(t, nil)
	h.join("a@example.com")
	nested := errors.New("unset")
	inner := &slowly{before: func() error { return nil }}
	second := &slowly{before: func() error {
		_, nested = h.lane().Export(t.Context(), "spring", "csv", false, inner)
		return nil
	}}
	first := &slowly{before: func() error {
		_, err := h.lane().Export(t.Context(), "spring", "csv", false, second)
		return err
	}}
	if _, err := h.lane().Export(t.Context(), "spring", "csv", false, first); err != nil || !errors.Is(nested, ErrExports) {
		t.Errorf("%v; the third at a time: %v", err, nested)
	}
}

// TestExportThatIsCutOff: a client can tell.
func TestExportThatIsCutOff(t *testing.T) {
	h := start(t, nil)
	h.joinTogether(3 * exportPage)
	broken := errors.New("the disk is gone")
	l := h.lane()
	l.Service.store = brokenStore{l.Service.store, broken}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/v1/waitlist/spring/export?format=csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+lanetest.AdminKey)
	res, err := h.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.ReadAll(res.Body); err == nil || res.Trailer.Get(rowsTrailer) != "" {
		t.Errorf("read to its end: %v, trailer %q", err, res.Trailer)
	}
	t.Setenv("HOTLANE_ADMIN_KEY", lanetest.AdminKey)
	var out strings.Builder
	if err := h.command("export", &out, "spring"); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("the command says %v", err)
	}
}

type brokenStore struct {
	Store
	err error
}

func (b brokenStore) Export(ctx context.Context, list string, visit func(*Signup) error) error {
	n := 0
	return b.Store.Export(ctx, list, func(v *Signup) error {
		if n++; n > 2*exportPage {
			return b.err
		}
		return visit(v)
	})
}

// command runs one of the lane's commands against the harness.
func (h *testLane) command(name string, out io.Writer, args ...string) error {
	h.t.Helper()
	for _, c := range h.lane().Commands() {
		if c.Name == name {
			return c.Run(h.t.Context(), append([]string{"-url", h.URL}, args...), lane.IO{In: strings.NewReader(""), Out: out, Err: io.Discard})
		}
	}
	h.t.Fatalf("there is no command %s", name)
	return nil
}

func TestCommands(t *testing.T) {
	h := start(t, nil)
	h.on("a@example.com")
	run := func(name string, args ...string) string {
		t.Helper()
		var out strings.Builder
		if err := h.command(name, &out, args...); err != nil {
			return err.Error()
		}
		return out.String()
	}
	if err := os.Unsetenv("HOTLANE_ADMIN_KEY"); err != nil {
		t.Fatal(err)
	}
	if text := run("export", "spring"); !strings.Contains(text, "HOTLANE_ADMIN_KEY") {
		t.Error(text)
	}
	t.Setenv("HOTLANE_ADMIN_KEY", lanetest.AdminKey)
	for _, step := range []struct{ want, name, args string }{
		{"a@example.com", "export", "spring"},
		{`"address":"a@example.com"`, "export", "-format ndjson spring"},
		{"There is no such list", "export", "none"},
		{"export takes a LIST", "export", ""},
		{"wave one of spring runs: 0 of at most 5 invited", "invite", "spring one 5"},
		{"must be at least 1", "invite", "spring one 0"},
		{"COUNT must be a number", "invite", "spring one x"},
		{`"confirmed":1`, "stats", "spring"},
	} {
		if text := run(step.name, strings.Fields(step.args)...); !strings.Contains(text, step.want) {
			t.Errorf("%s %s: %s", step.name, step.args, text)
		}
	}
}

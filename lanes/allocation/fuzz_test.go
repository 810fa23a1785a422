package allocation

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
	"github.com/hotlane/hotlane/platform/fault"
)

// applied is a store that remembers what it was asked to write.
type applied struct {
	Catalogue
	calls   int
	changes []Change
}

func (a *applied) Apply(_ context.Context, _ string, changes []Change) (int64, int, error) {
	a.calls++
	a.changes = changes
	return 1, 0, nil
}

// FuzzImport: whatever comes, it is written as a whole or refused as a whole, with every complaint at a line or parameter.
func FuzzImport(f *testing.F) {
	for _, line := range append(append([]string{}, basics...), `{"thing":"line_item","id":"x","targeting":{"not":{"attr":"os","in":["a"]}},"caps":[{"count":1,"window":"1d"}]}`, `{}`, "\xff") {
		f.Add("ndjson", "", line)
	}
	f.Add("ndjson", "", strings.Join(basics, "\n"))
	f.Add("csv", "advertisers", "\ufeffid,name,status\na,\"A, B\",active\nb,=1+1,\n")
	f.Add("csv", "campaigns", "id,advertiser,name,total_budget_micros,starts_at,ends_at,caps\nc,a,C,1000000,2026-01-01,2026-02-01T00:00:00Z,\"3/24h, 10/7d\"\n")
	f.Add("csv", "line_items", "id,campaign,bid_micros,targeting,daypart,zone,score\nl,c,1000,os IN ('android'),mon-fri 07:00-09:30,Asia/Seoul,\nm,c,x,{\"attr\":\"os\",\"eq\":\"a\"},,,NaN\n")
	f.Add("csv", "creatives", "id,line_item,title,landing,extra\nx,l,t,https://example.com,\"{\"\"a\"\":1}\"\n")
	f.Add("csv", "placements", "id,slots,mix,tiers,repeat_advertiser\np,4,\"ad:1, content:3\",\"standard,house\",TRUE\n")
	f.Add("", "", "x")
	schema := targeting.Schema{"os": targeting.Text, "age": targeting.Number}
	f.Fuzz(func(t *testing.T, format, kind, text string) {
		store := &applied{}
		s := &Service{store: store, schema: schema}
		done, err := s.Import(t.Context(), format, queryKinds[kind], strings.NewReader(text))
		if err != nil {
			refusedWhole(t, store, err)
			return
		}
		if store.calls != 1 || len(store.changes) != done.Read {
			t.Fatalf("%d read, written in %d calls: %d", done.Read, store.calls, len(store.changes))
		}
		for _, c := range store.changes {
			thing, err := c.Row.decode()
			if err != nil {
				t.Fatalf("what was accepted cannot be read again: %v", err)
			}
			again, err := s.checked(Upsert, thing, c.Row.Source)
			if err != nil || again.Row.Doc != c.Row.Doc {
				t.Fatalf("what was accepted is not accepted again: %v\n%s\n%s", err, c.Row.Doc, again.Row.Doc)
			}
		}
	})
}

func refusedWhole(t *testing.T, store *applied, err error) {
	t.Helper()
	var f *fault.Error
	if store.calls != 0 || !errors.As(err, &f) {
		t.Fatalf("refused with %v after %d writes", err, store.calls)
	}
	if status := f.Kind.Status(); status < 400 || status > 499 {
		t.Fatalf("refused with %d: %v", status, err)
	}
	for _, field := range f.Fields {
		if field.Rule == "" || !strings.HasPrefix(field.Pointer, "line ") && field.Pointer != "query:kind" {
			t.Fatalf("a complaint about nothing: %+v", field)
		}
	}
}

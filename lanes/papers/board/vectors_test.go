package board_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lanes/papers/board"
)

// The page folds the same log by the same rule: testdata/fold.json holds both to it (lanes/papers/web/fold.js, test/js/unit).
func TestVectors(t *testing.T) {
	var vectors struct {
		Fold []struct {
			Name    string
			From    json.RawMessage
			Entries []json.RawMessage
			Want    json.RawMessage
		}
	}
	data, err := os.ReadFile("testdata/fold.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors.Fold {
		t.Run(v.Name, func(t *testing.T) {
			b, err := board.Read(v.From, board.Checks{})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range v.Entries {
				b.Apply(e)
			}
			if diff := cmp.Diff(value(t, v.Want), value(t, b.Snapshot())); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

func value(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return v
}

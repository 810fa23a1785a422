package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCheckExplainsBadFiles runs check on each testdata/bad/*.yaml and compares what it says with the file beside it.
func TestCheckExplainsBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			code, out, errs := run(t, filepath.Join(here, "testdata", "bad"), "check", filepath.Base(file))
			if code != 2 || out != "" {
				t.Errorf("exit code %d, and said %q", code, out)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(errs), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), errs); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckSumsAGoodFileUp(t *testing.T) {
	code, out, errs := run(t, site(t, "edge: {default: old, upstreams: {old: {urls: [\"http://127.0.0.1:8000\"]}}}\n"), "check")
	if code != 0 || !strings.HasPrefix(out, "OK: hotlane.yaml\n") || !strings.Contains(out, "default: old") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
}

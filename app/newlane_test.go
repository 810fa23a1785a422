package app

import (
	"os"
	"strings"
	"testing"
)

func TestNewLane(t *testing.T) {
	for name, c := range map[string]struct {
		module, lane string
		code         int
		says         []string // in the output, or in the errors where the code is not 0
		made         string   // a file
	}{
		"in a module of one's own": {
			"module example.com/shop\n", "memo", ExitOK,
			[]string{"lanes/memo is made. List it in your main:", `"example.com/shop/lanes/memo"`, "[]lane.Module{memo.Module()}", "go test ./lanes/memo"},
			"lanes/memo/service.go",
		},
		"a bad name":      {"module example.com/shop\n", "my-memo", ExitUsage, []string{`"my-memo"`, "one word of small letters"}, ""},
		"in no module":    {"", "memo", ExitFailure, []string{"in no Go module"}, ""},
		"what is a file":  {"module example.com/shop\n", "taken", ExitFailure, []string{"lanes/taken is there already"}, ""},
		"without a name":  {"module example.com/shop\n", "", ExitUsage, []string{"one word of small letters"}, ""},
		"Hotlane's own":   {"module github.com/hotlane/hotlane\n", "memo", ExitOK, []string{"listed in app/lanes.go", "serve --lanes=memo"}, "lanes/memo/lane.go"},
		"a name of app's": {"module github.com/hotlane/hotlane\n", "docs", ExitUsage, []string{"something of that name"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			files := map[string]string{
				"lanes/taken": "", "app/lanes.go": "package app\n\nimport (\n\t\"github.com/hotlane/hotlane/lane\"\n)\n\nfunc Lanes() []lane.Module { return []lane.Module{} }\n\nvar docs = 1\n",
			}
			if c.module != "" {
				files["go.mod"] = c.module
			}
			for _, dir := range []string{"lanes", "app"} {
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for file, text := range files {
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			code, out, errs := call(t, newGreetings().modules, "new", "lane", c.lane)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, text := range c.says {
				if !strings.Contains(out+errs, text) {
					t.Errorf("%q is not said", text)
				}
			}
			if _, err := os.Stat(c.made); c.made != "" && err != nil {
				t.Error(err)
			}
			if t.Failed() {
				t.Logf("out:\n%s\nerrors:\n%s", out, errs)
			}
		})
	}
}

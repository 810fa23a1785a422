package app

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lane"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestCommandLine(t *testing.T) {
	bad := write(t, "bad.yaml", "listen: 127.0.0.1:0\ngreetings:\n  word: \"\"\nedge:\n  default: old\n  upstreams:\n    new:\n      urls: [\"ftp://x\"]\n")
	keyless := write(t, "keyless.yaml", "identity:\n  service_key_file: nowhere.key\n")
	lost := write(t, "lost.yaml", "edge:\n  routes:\n    - {match: /x, lane: chat}\n")
	for _, c := range []struct {
		name     string
		args     []string
		code     int
		out, err []string // texts that are there
	}{
		{"nothing", nil, 2, []string{"Usage: hotlane", "serve", "greetings"}, []string{"name a command"}},
		{"help", []string{"help"}, 0, []string{"Usage: hotlane", "demo"}, nil},
		{"help of a command", []string{"help", "serve"}, 0, []string{"hotlane serve", "--addr-file"}, nil},
		{"help of a lane", []string{"help", "greetings"}, 0, []string{"hotlane greetings say NAME", "Greet from the command line."}, nil},
		{"no such command", []string{"sevre"}, 2, nil, []string{"sevre"}},
		{"no such flag", []string{"serve", "--bogus"}, 2, nil, []string{"--bogus", "hotlane --help"}},
		{"no such lane", []string{"serve", "--lanes", "chat"}, 2, nil, []string{`no lane "chat"`, "greetings"}},
		{"bad address", []string{"serve", "--listen", "here"}, 2, nil, []string{"/listen", "host:port"}},
		{"no such file", []string{"check", "nowhere.yaml"}, 2, nil, []string{"nowhere.yaml"}},
		{"bad file", []string{"check", bad}, 2, nil, []string{
			bad + ":3:3: greetings.word: must not be empty", bad + ":5:3: edge.default: must name one of upstreams",
			bad + ":8:14: edge.upstreams.new.urls[0]: must begin with http",
		}},
		{"a lane that is not there", []string{"check", lost}, 2, nil, []string{lost + ":3:19: edge.routes[0].lane: must name a lane"}},
		{"a key's file that is not there", []string{"check", keyless}, 2, nil, []string{keyless + ":2:3: identity.service_key_file: must be a file that can be used"}},
		{"bad file is not served", []string{"serve", "--config", bad}, 2, nil, []string{bad + ":3:3"}},
		{"version", []string{"version"}, 0, []string{"hotlane "}, nil},
		{"lane's command", []string{"--data", t.TempDir(), "greetings", "say", "you"}, 0, []string{"hello you ()"}, nil},
		{"lane's command with databases", []string{"--data", t.TempDir(), "greetings", "open"}, 0, []string{"opened"}, nil},
		{"lane's command, failing", []string{"--data", t.TempDir(), "greetings", "fail"}, 1, nil, []string{"hotlane: it is raining"}},
		{"lane's command, wrongly", []string{"--data", t.TempDir(), "greetings", "say"}, 2, nil, []string{
			"say takes one NAME", "usage: hotlane greetings say NAME",
		}},
		{"lane's command that needs no configuration", []string{"--config", bad, "greetings", "say", "you"}, 0, []string{"hello you ()"}, nil},
		{"nor the file of one", []string{"--config", "nowhere.yaml", "greetings", "say", "you"}, 0, []string{"hello you ()"}, nil},
		{"lane's command that does", []string{"--config", bad, "greetings", "open"}, 2, nil, []string{bad + ":3:3: greetings.word"}},
		{"no lane's command", []string{"greetings"}, 2, nil, []string{"name a command of greetings", "say NAME"}},
		{"no such lane's command", []string{"--data", t.TempDir(), "greetings", "sing"}, 2, nil, []string{`no command "sing"`}},
		{"migrate", []string{"--data", t.TempDir(), "migrate"}, 0, []string{"up to date"}, nil},
		{"backup of nothing", []string{"--data", t.TempDir(), "backup", filepath.Join(t.TempDir(), "b")}, 1, nil, []string{"There is no database"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			code, out, errs := call(t, newGreetings().modules, c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, text := range c.out {
				if !strings.Contains(out, text) {
					t.Errorf("%q is not in the output", text)
				}
			}
			for _, text := range c.err {
				if !strings.Contains(errs, text) {
					t.Errorf("%q is not in the errors", text)
				}
			}
			if t.Failed() {
				t.Logf("out:\n%s\nerrors:\n%s", out, errs)
			}
		})
	}
}

const goodFile = `listen: 127.0.0.1:0
mode: development
edge:
  default: old
  upstreams:
    old: {urls: ["http://127.0.0.1:1"]}
    images: {urls: ["http://127.0.0.1:2", "http://127.0.0.1:3"]}
  routes:
    - {match: "GET /images/{path...}", upstream: images}
    - {match: "GET /v1/greetings/{who}", upstream: old}
    - {match: "GET /v1/stream", lane: greetings, timeout: 5m}
    - {match: "/v1/", lane: greetings}
`

func TestRoutesAreListed(t *testing.T) {
	file := write(t, "hotlane.yaml", goodFile)
	code, out, errs := call(t, newGreetings().modules, "routes", "--config", file)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	golden(t, "routes.golden", out)
}

func TestCheckSumsAGoodFileUp(t *testing.T) {
	file := write(t, "hotlane.yaml", goodFile)
	code, out, errs := call(t, newGreetings().modules, "check", file)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	golden(t, "check.golden", strings.ReplaceAll(out, file, "hotlane.yaml"))
}

func TestEnvironmentGoesOverTheFile(t *testing.T) {
	file := write(t, "mine.yaml", "greetings: {word: hi}\n")
	var out, errs strings.Builder
	code := Run(t.Context(), Program{
		Args: []string{"--data", t.TempDir(), "greetings", "say", "you"}, Out: &out, Err: &errs, Lanes: newGreetings().modules,
		Env: []string{"HOTLANE_CONFIG=" + file, "HOTLANE_GREETINGS_WORD=ahoy"},
	})
	if code != 0 || !strings.HasPrefix(out.String(), "ahoy you") {
		t.Errorf("%d %s %s", code, out.String(), errs.String())
	}
}

func TestLanesMustNotTakeTheProgramsNames(t *testing.T) {
	for _, name := range []string{"edge", "db", "lanes", "hotlane", "mode"} {
		lanes := func() []lane.Module {
			return []lane.Module{{Name: name, New: func(lane.Deps) (lane.Lane, error) { return idle{}, nil }}}
		}
		if code, _, errs := call(t, lanes, "check"); code == 0 || !strings.Contains(errs, "taken by the program") {
			t.Errorf("%s: exit code %d: %s", name, code, errs)
		}
	}
}

func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := call(t, newGreetings().modules, "generate", dir); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for file, text := range map[string]string{
		"config.md": "HOTLANE_GREETINGS_WORD", "config.schema.json": `"greetings"`, "openapi.json": "/v1/greetings/{name}",
	} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !strings.Contains(string(b), text) {
			t.Errorf("%s does not tell of %s: %v", file, text, err)
		}
	}
}

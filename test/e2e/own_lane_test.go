//go:build integration

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestOwnLane follows docs/your-own-lane.md to the letter, in a copy of the checkout: it types the commands, applies the changes, and
// holds what is printed against what the page says. The address in the page stands for a free one.
func TestOwnLane(t *testing.T) {
	page, err := os.ReadFile("../../docs/your-own-lane.md")
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	r := newReader(t, checkout(t), address)
	steps := guide(t, strings.ReplaceAll(string(page), "127.0.0.1:8080", address))
	if len(steps) < 20 {
		t.Fatalf("only %d steps were found in the page", len(steps))
	}
	for _, s := range steps {
		r.follow(s)
	}
	if r.server != nil {
		t.Error("at the end of the page a server is still running")
	}
}

// TestOwnLaneIsRead: the test above would fail where the page is wrong.
func TestOwnLaneIsRead(t *testing.T) {
	steps := guide(t, "```sh\nls\n```\n\n```text\na …\n```\n\nElsewhere, and leave it running:\n\n```sh\nserve\n```\n\n```diff\n-a\n```\nStop it with Ctrl-C.\n")
	want := []step{
		{line: 1, kind: "sh", text: "ls\n", prints: "a …\n"},
		{line: 11, kind: "sh", text: "serve\n", leave: true},
		{line: 15, kind: "diff", text: "-a\n"},
		{line: 18, kind: "stop"},
	}
	if !slices.Equal(steps, want) {
		t.Errorf("%+v", steps)
	}
	for _, c := range []struct {
		page, printed string
		same          bool
	}{
		{"ok x …", "ok  \tx\t0.1s\n", true},
		{"ok x …", "FAIL x 0.1s", false},
		{"…\nb", "a\nb\n", true},
		{`{"a":"…"}`, `{"a":"b"}`, true},
		{`{"a":"…"}`, `{"a":"b"} and more`, false},
		{"a\nb", "a", false},
	} {
		if got := matches(c.page, c.printed); got != c.same {
			t.Errorf("%q, %q: %v", c.page, c.printed, got)
		}
	}
}

// step is one thing that the page asks for.
type step struct {
	line   int
	kind   string // sh, diff, stop
	text   string
	prints string // what it prints, where the page says so
	leave  bool   // it is left running
}

const (
	leaveRunning = "leave it running"
	stopIt       = "Stop it with Ctrl-C."
)

// guide finds the steps of a page: its blocks of sh and diff, and the places where it says to stop what runs. A block of text
// belongs to the one before it.
func guide(t *testing.T, page string) (steps []step) {
	t.Helper()
	var open *step
	said := "" // the last line of prose
	for i, line := range strings.Split(page, "\n") {
		switch {
		case open != nil && line == "```":
			if open.kind != "text" {
				steps = append(steps, *open)
			} else if last := len(steps) - 1; last < 0 || steps[last].kind != "sh" || steps[last].prints != "" {
				t.Fatalf("line %d: what prints this?", open.line)
			} else {
				steps[last].prints = open.text
			}
			open = nil
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, "```"):
			open = &step{line: i + 1, kind: strings.TrimPrefix(line, "```"), leave: strings.Contains(said, leaveRunning)}
			said = ""
			if !strings.Contains("sh diff text", open.kind) {
				t.Fatalf("line %d: nobody knows what to do with a block of %q", i+1, open.kind)
			}
		case line != "":
			said = line
			if strings.Contains(line, stopIt) {
				steps = append(steps, step{line: i + 1, kind: "stop"})
			}
		}
	}
	return steps
}

// checkout copies what stands in the checkout: tracked, or new and not ignored.
func checkout(t *testing.T) string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-co", "--exclude-standard", "-z")
	list.Dir = "../.."
	names, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		from, to := filepath.Join("../..", name), filepath.Join(dir, name)
		info, err := os.Stat(from)
		if os.IsNotExist(err) {
			continue // deleted, and git does not know yet
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, text, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// reader is who reads the page, with a shell and perhaps a second one in which a server runs.
type reader struct {
	t       *testing.T
	dir     string
	address string
	in      io.Writer
	out     *bufio.Reader
	server  *process
}

func newReader(t *testing.T, dir, address string) *reader {
	t.Helper()
	r := &reader{t: t, dir: dir, address: address}
	shell := r.command("bash", "--noprofile", "--norc")
	in, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	shell.Stderr = shell.Stdout // a terminal shows both
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	r.in, r.out = in, bufio.NewReader(out)
	t.Cleanup(func() {
		_ = in.Close()
		_ = shell.Wait() // how it ends says nothing
	})
	return r
}

// command runs in the copy, without the settings of these tests.
func (r *reader) command(name string, args ...string) *exec.Cmd {
	c := command(r.dir, args...)
	path, err := exec.LookPath(name)
	if err != nil {
		r.t.Fatal(err)
	}
	c.Path, c.Args = path, append([]string{name}, args...)
	return c
}

func (r *reader) follow(s step) {
	r.t.Helper()
	switch {
	case s.kind == "stop":
		r.stop(s)
	case s.kind == "diff":
		apply := r.command("git", "apply")
		apply.Stdin = strings.NewReader(s.text)
		if out, err := apply.CombinedOutput(); err != nil {
			r.t.Fatalf("line %d: the change cannot be made: %v\n%s", s.line, err, out)
		}
	case s.leave:
		r.serve(s)
	default:
		r.enter(s)
	}
}

const done = "-- this block is done:"

// enter types a block and reads what is printed until all of it has run.
func (r *reader) enter(s step) {
	r.t.Helper()
	if _, err := fmt.Fprintf(r.in, "{\n%s} </dev/null\nprintf '\\n%s %%d\\n' $?\n", s.text, done); err != nil {
		r.t.Fatal(err)
	}
	var printed strings.Builder
	for {
		line, err := r.out.ReadString('\n')
		if err != nil {
			r.t.Fatalf("line %d: the shell ended: %v\n%s", s.line, err, printed.String())
		}
		if code, ok := strings.CutPrefix(strings.TrimSpace(line), done); ok {
			if strings.TrimSpace(code) != "0" {
				r.t.Fatalf("line %d: it ends with %s:\n%s\n%s", s.line, code, s.text, printed.String())
			}
			break
		}
		printed.WriteString(line)
	}
	if s.prints != "" && !matches(s.prints, printed.String()) {
		r.t.Fatalf("line %d:\n%s\nprints\n%s\nthe page says\n%s", s.line, s.text, printed.String(), s.prints)
	}
}

var spaces = regexp.MustCompile(`\s+`)

// matches: … stands for anything, and spaces are all the same.
func matches(page, printed string) bool {
	page = strings.TrimSpace(spaces.ReplaceAllString(page, " "))
	printed = strings.TrimSpace(spaces.ReplaceAllString(printed, " "))
	whole := "^" + strings.ReplaceAll(regexp.QuoteMeta(page), "…", ".*") + "$"
	return regexp.MustCompile(whole).MatchString(printed)
}

// serve starts what is left running, and waits until it answers.
func (r *reader) serve(s step) {
	r.t.Helper()
	if r.server != nil {
		r.t.Fatalf("line %d: the one before was not stopped", s.line)
	}
	p := &process{t: r.t, url: "http://" + r.address, out: &output{}, err: &output{}, done: make(chan struct{})}
	p.cmd = r.command("bash", "-c", s.text)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C goes to all that the terminal runs
	if err := p.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // its exit code is read from ProcessState
		close(p.done)
	}()
	r.t.Cleanup(func() {
		if !p.ended() {
			_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // it may just have ended
			<-p.done
		}
	})
	p.until("it is ready", func() bool {
		if p.ended() {
			r.t.Fatalf("line %d: it ended:\n%s", s.line, p.err)
		}
		res, err := http.Get(p.url + "/_hotlane/ready")
		if err != nil {
			return false
		}
		_ = res.Body.Close() // its status says all
		return res.StatusCode == http.StatusOK
	})
	r.server = p
}

func (r *reader) stop(s step) {
	r.t.Helper()
	if r.server == nil {
		r.t.Fatalf("line %d: nothing is running", s.line)
	}
	if err := syscall.Kill(-r.server.cmd.Process.Pid, syscall.SIGINT); err != nil {
		r.t.Fatal(err)
	}
	<-r.server.done
	r.server = nil
}

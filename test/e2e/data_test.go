package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const anAdvertiser = `{"id":"acme","name":"ACME, 주식회사"}`

func TestBackupOfARunningInstanceAndRestore(t *testing.T) {
	dir := site(t, "")
	p := start(t, dir, "serve")
	if a := p.do("POST", "/v1/allocation/advertisers", adminKey, anAdvertiser); a.status >= 300 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	before := p.do("GET", "/v1/allocation/advertisers/acme", adminKey, "")
	copied := filepath.Join(t.TempDir(), "copy")
	if code, out, errs := run(t, dir, "backup", copied); code != 0 || !strings.Contains(out, "allocation_ledger") {
		t.Fatalf("backup: %d\n%s%s", code, out, errs)
	}
	if code, _, errs := run(t, dir, "restore", copied); code != 1 || !strings.Contains(errs, "in use") {
		t.Errorf("restore beside a running instance: %d\n%s", code, errs)
	}
	p.kill()
	if code, _, errs := run(t, dir, "restore", copied); code != 1 || !strings.Contains(errs, "db.not_empty") {
		t.Errorf("restore over data: %d\n%s", code, errs)
	}
	if code, _, errs := run(t, dir, "--data", "new", "restore", copied); code != 0 {
		t.Fatalf("restore: %d\n%s", code, errs)
	}
	q := start(t, dir, "--data", "new", "serve")
	if a := q.do("GET", "/v1/allocation/advertisers/acme", adminKey, ""); a.status != 200 || a.body != before.body {
		t.Errorf("restored: %d %s\nbefore: %s", a.status, a.body, before.body)
	}
}

func TestASecondProcessOnTheSameDataIsRefused(t *testing.T) {
	dir := site(t, "")
	p := start(t, dir, "serve")
	code, _, errs := run(t, dir, "serve")
	if code != 1 || !strings.Contains(errs, "in use") || !strings.Contains(errs, strconv.Itoa(p.cmd.Process.Pid)) {
		t.Errorf("exit code %d:\n%s", code, errs)
	}
	if a := p.do("GET", "/_hotlane/ready", "", ""); a.status != 200 {
		t.Errorf("the first one is not ready: %d %s", a.status, a.body)
	}
}

func TestKillAndStartAgain(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hotlane.yaml"), "listen: 127.0.0.1:0\n")
	p := start(t, dir, "serve")
	keys := regexp.MustCompile(`hl_(?:admin|service)_\S+`)
	printed := keys.FindAllString(p.err.String(), -1)
	if len(printed) != 2 {
		t.Fatalf("printed %d keys:\n%s", len(printed), p.err)
	}
	if a := p.do("POST", "/v1/allocation/advertisers", printed[0], anAdvertiser); a.status >= 300 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p.kill()
	q := start(t, dir, "serve")
	if again := keys.FindAllString(q.err.String(), -1); again != nil {
		t.Errorf("keys were printed again: %v", again)
	}
	if a := q.do("GET", "/v1/allocation/advertisers/acme", printed[0], ""); a.status != 200 {
		t.Errorf("what was acknowledged before the kill: %d %s", a.status, a.body)
	}
	for _, file := range []string{"data/hotlane.db", "data"} {
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", file, info.Mode())
		}
	}
}

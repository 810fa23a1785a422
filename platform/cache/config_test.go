package cache_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

func TestRedisURLs(t *testing.T) {
	for url, good := range map[string]bool{
		"redis://localhost": true, "redis://h:1/2": true, "rediss://u:p%40@h:6380/0": true, "valkey://h": true, "redis://[::1]": true, "redis://[::1]:7000": true,
		"redis://a:26379?addr=b:26379&addr=c:26379&master_set=main&sentinel_username=u&sentinel_password=s": true,
		"redis://a:1?addr=b:2": true, "rediss://h?skip_verify=true&protocol=2&client_name=x": true,
		"h:6379": false, "h": false, "redis://": false, "redis://:1": false, "redis://h:": false, "redis://h:0": false, "redis://h:70000": false,
		"redis://h:port": false, "redis://h/x": false, "redis://h/1/2": false, "redis://h/-1": false, "http://h": false, "unix:///x": false,
		"redis://h?addr=b": false, "redis://h?addr=:1": false, "redis://h?addr=b:x": false, "redis://h?master_set=": false,
		"redis://h?mastr_set=main": false, "redis://h?skip_verify=maybe": false, "redis://h?protocol=9": false, "redis://u:p@ss@h:x": false,
		"redis://h#f": false, "redis://h?%zz": false, "redis://h?db=1": false, "redis://h?dial_timeout=1s": false,
	} {
		cfg := cache.Config{Redis: telemetry.Secret(url)}
		err := cfg.Validate()
		if (err == nil) != good {
			t.Errorf("%s: %v", url, err)
		}
		if s, err := cache.Open(cfg, cache.Deps{}); !good && (err == nil || s != nil) {
			t.Errorf("%s is opened", url)
		} else if good {
			if !s.Shared() || s.Close() != nil {
				t.Errorf("%s does not close", url)
			}
		}
	}
}

func TestConfigNamesTheField(t *testing.T) {
	if cfg := cache.DefaultConfig(); cfg.Validate() != nil {
		t.Error(cfg.Validate())
	}
	for pointer, cfg := range map[string]cache.Config{
		"/redis":   {Redis: "redis://user:hunter2@host:x"},
		"/prefix":  {Prefix: "a{b"},
		"/timeout": {Timeout: time.Hour},
		"/memory":  {Memory: 1000},
	} {
		f := fault.From(cfg.Validate())
		if f == nil || f.Code != "cache.config" || len(f.Fields) != 1 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, f)
		}
		if strings.Contains(fmt.Sprint(f), "hunter2") {
			t.Errorf("the password shows: %v", f)
		}
	}
}

// TestOpenDoesNoIO: a command that only reads the config dials nobody, and need not close what it opened.
func TestOpenDoesNoIO(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s, err := cache.Open(cache.Config{Redis: "redis://127.0.0.1:1"}, cache.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Get(t.Context(), "k"); !errors.Is(err, cache.ErrClosed) {
		t.Errorf("closed before it was used: %v", err)
	}
}

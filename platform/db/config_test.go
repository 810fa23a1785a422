package db_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

func TestConfigValidate(t *testing.T) {
	moved := func(name string) db.Config {
		return db.Config{Databases: map[string]db.DatabaseConfig{name: {DSN: "x"}, "good": {DSN: "sqlite"}}}
	}
	for _, c := range []struct {
		name    string
		cfg     db.Config
		pointer string // empty: valid
	}{
		{"zero", db.Config{}, ""},
		{"defaults", db.DefaultConfig(), ""},
		{"postgres", db.Config{DSN: "postgres://u:secret@h/d"}, ""},
		{"postgres with all", db.Config{DSN: "postgresql://u:sec%2Fret@h1:5432,h2:5433/d?sslmode=require&application_name=x"}, ""},
		{"a port that is none", db.Config{DSN: "postgres://u:secret@h:99999/d"}, "/dsn"},
		{"a password that is not escaped", db.Config{DSN: "postgres://u:secret%zz@h/d"}, "/dsn"},
		{"a password with a slash", db.Config{DSN: "postgres://u:secret/1@h/d"}, "/dsn"},
		{"a setting that is none", db.Config{DSN: "postgres://u:secret@h/d?sslmode=secret"}, "/dsn"},
		{"a database's bad port", db.Config{Databases: map[string]db.DatabaseConfig{"chat": {DSN: "postgres://u:secret@h:x/d"}}}, "/databases/chat/dsn"},
		{"another database", db.Config{DSN: "mysql://u:secret@h/d"}, "/dsn"},
		{"too many connections", db.Config{Connections: 1 << 20}, "/connections"},
		{"negative readers", db.Config{Readers: -1}, "/readers"},
		{"long wait", db.Config{BusyTimeout: 1 << 60}, "/busy_timeout"},
		{"a bad name", moved("A-b"), "/databases/A-b"},
		{"a bad DSN", moved("chat"), "/databases/chat/dsn"},
	} {
		err := c.cfg.Validate()
		var f *fault.Error
		switch {
		case c.pointer == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.pointer != "" && (!errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != c.pointer):
			t.Errorf("%s: %v", c.name, err)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: a password in %v", c.name, err)
		}
	}
}

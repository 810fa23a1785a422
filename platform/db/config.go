package db

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Config is the section "db" of the config file. The zero value of a field means its default.
type Config struct {
	DSN              telemetry.Secret          `yaml:"dsn" env:"HOTLANE_DB_DSN" doc:"empty: SQLite files in the data directory; postgres://user:password@host/database: one schema per database in PostgreSQL"`
	Connections      int                       `yaml:"connections" doc:"connections to each PostgreSQL DSN, at most" minimum:"1" maximum:"10000"`
	Readers          int                       `yaml:"readers" doc:"reading connections to each SQLite file; there is always one that writes" minimum:"1" maximum:"1000"`
	BusyTimeout      time.Duration             `yaml:"busy_timeout" doc:"how long SQLite waits for another program's lock on a file; up to 1m"`
	ConnectTimeout   time.Duration             `yaml:"connect_timeout" doc:"how long a connection to PostgreSQL may take to be made; up to 1m"`
	StatementTimeout time.Duration             `yaml:"statement_timeout" doc:"how long PostgreSQL may work on one statement, migrations excepted; up to 1h"`
	Retries          int                       `yaml:"retries" doc:"how often a write that lost against another (deadlock, serialization) is run again" minimum:"1" maximum:"100"`
	Databases        map[string]DatabaseConfig `yaml:"databases" doc:"databases that live elsewhere, by name"`
}

// DatabaseConfig moves one database.
type DatabaseConfig struct {
	DSN telemetry.Secret `yaml:"dsn" doc:"postgres://… of this database; sqlite: a file in the data directory though the others are in PostgreSQL"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config {
	return Config{
		Connections: 16, Readers: 4, Retries: 5,
		BusyTimeout: 5 * time.Second, ConnectTimeout: 5 * time.Second, StatementTimeout: 30 * time.Second,
	}
}

// fileDSN says in Databases that a database is a SQLite file.
const fileDSN = "sqlite"

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

const nameRule = "must be a small letter, then up to 47 small letters, digits or _, and not begin with pg_"

func goodName(name string) bool {
	return namePattern.MatchString(name) && !strings.HasPrefix(name, "pg_") && name != "information_schema"
}

func isPostgres(dsn telemetry.Secret) bool {
	s := dsn.Reveal()
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

const dsnRule = "must be postgres://user:password@host:port/database, with what the URL reserves in them percent-encoded, " +
	"settings that PostgreSQL has, and certificates that can be read"

// readable reports whether pgx understands the DSN. Why not, it says in words that may hold a part of the password.
func readable(dsn telemetry.Secret) bool {
	_, err := pgx.ParseConfig(dsn.Reveal())
	return err == nil
}

// Validate says which fields break which rules.
func (c *Config) Validate() error {
	var rules fault.Rules
	check := rules.Check
	check(c.DSN == "" || isPostgres(c.DSN), "/dsn", "must be empty or begin with postgres://")
	check(!isPostgres(c.DSN) || readable(c.DSN), "/dsn", dsnRule)
	check(c.Connections >= 0 && c.Connections <= 10_000, "/connections", "must be 1 to 10000")
	check(c.Readers >= 0 && c.Readers <= 1000, "/readers", "must be 1 to 1000")
	check(c.Retries >= 0 && c.Retries <= 100, "/retries", "must be 1 to 100")
	check(c.BusyTimeout >= 0 && c.BusyTimeout <= time.Minute, "/busy_timeout", "must be up to 1m")
	check(c.ConnectTimeout >= 0 && c.ConnectTimeout <= time.Minute, "/connect_timeout", "must be up to 1m")
	check(c.StatementTimeout >= 0 && c.StatementTimeout <= time.Hour, "/statement_timeout", "must be up to 1h")
	for _, name := range slices.Sorted(maps.Keys(c.Databases)) {
		dsn := c.Databases[name].DSN
		check(goodName(name), "/databases/"+name, nameRule)
		check(dsn == fileDSN || isPostgres(dsn), "/databases/"+name+"/dsn", "must be sqlite or begin with postgres://")
		check(!isPostgres(dsn) || readable(dsn), "/databases/"+name+"/dsn", dsnRule)
	}
	return rules.Err(fault.New(fault.Invalid, "db.config", "The db section has mistakes."))
}

func (c Config) withDefaults() Config {
	d := DefaultConfig()
	for _, p := range []struct{ v, d *int }{
		{&c.Connections, &d.Connections}, {&c.Readers, &d.Readers}, {&c.Retries, &d.Retries},
	} {
		if *p.v == 0 {
			*p.v = *p.d
		}
	}
	for _, p := range []struct{ v, d *time.Duration }{
		{&c.BusyTimeout, &d.BusyTimeout}, {&c.ConnectTimeout, &d.ConnectTimeout}, {&c.StatementTimeout, &d.StatementTimeout},
	} {
		if *p.v == 0 {
			*p.v = *p.d
		}
	}
	return c
}

// dsn is where a database lives; empty: a SQLite file.
func (c *Config) dsn(name string) telemetry.Secret {
	own, moved := c.Databases[name]
	switch {
	case !moved:
		return c.DSN
	case own.DSN == fileDSN:
		return ""
	default:
		return own.DSN
	}
}

package allocation

import (
	"crypto/tls"
	"database/sql"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// errDSN does not repeat what was given: a password may be in it.
var errDSN = errors.New("must be mysql://user:password@host:port/database, postgres://user:password@host:port/database, or sqlite: and the path of a file")

// checkDSN looks at the form only.
func checkDSN(dsn string) error {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		if path == "" || strings.ContainsRune(path, 0) {
			return errDSN
		}
		return nil
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return errDSN
	}
	switch u.Scheme {
	case "mysql", "mariadb":
		_, err := mysqlConfig(u)
		return err
	case "postgres", "postgresql":
		return nil
	}
	return errDSN
}

// openOld gives a handle of an old database, on which nothing has been done yet.
func openOld(dsn string) (*sql.DB, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return sql.Open("sqlite", sqliteFile(path))
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, errDSN
	}
	if u.Scheme == "postgres" || u.Scheme == "postgresql" {
		cfg, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, err // pgx takes the password out of it
		}
		cfg.DefaultQueryExecMode = pgx.QueryExecModeExec // no prepared statements: poolers between us would lose them
		return stdlib.OpenDB(*cfg), nil
	}
	cfg, err := mysqlConfig(u)
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// sqliteFile is a URI (https://www.sqlite.org/uri.html) that opens a file for reading only.
func sqliteFile(path string) string {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	return "file:" + escaped + "?mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)"
}

// mysqlConfig takes the parts of a URL. Times come in UTC, as text. Of parameters there is tls: true, skip-verify or
// preferred.
func mysqlConfig(u *url.URL) (*mysql.Config, error) {
	database := strings.TrimPrefix(u.Path, "/")
	if u.Hostname() == "" || database == "" || strings.Contains(database, "/") {
		return nil, errDSN
	}
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr, cfg.DBName = "tcp", net.JoinHostPort(u.Hostname(), port), database
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.Params = map[string]string{"time_zone": "'+00:00'"}
	for name, values := range u.Query() {
		if name != "tls" || len(values) != 1 {
			return nil, errors.New("must have no other parameter than one tls")
		}
		switch values[0] {
		case "true":
			cfg.TLS = &tls.Config{ServerName: u.Hostname()}
		case "skip-verify", "preferred", "false":
			cfg.TLSConfig = values[0]
		default:
			return nil, errors.New("must have tls=true, skip-verify, preferred or false")
		}
	}
	return cfg, nil
}

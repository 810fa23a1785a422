package rig

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
)

// Stores are the PostgreSQL and the Redis that scripts/with-servers.sh has started.
type Stores struct {
	Postgres string // DSN of a superuser
	Redis    string // URL
	PIDs     []int  // of the postmaster and of the Redis
}

// Stores finds them and pins them to the load's core, so that what the servers' core does is the servers'.
func (r *Rig) Stores(ctx context.Context) (*Stores, error) {
	s := &Stores{Postgres: os.Getenv("HOTLANE_TEST_POSTGRES")}
	redis := os.Getenv("HOTLANE_TEST_REDIS")
	if s.Postgres == "" || redis == "" {
		return nil, errors.New("there is no HOTLANE_TEST_POSTGRES and HOTLANE_TEST_REDIS: use scripts/with-servers.sh postgres redis -- …")
	}
	s.Redis = "redis://" + redis
	postmaster, err := postmaster(ctx, s.Postgres)
	if err != nil {
		return nil, fmt.Errorf("find PostgreSQL: %w", err)
	}
	cache, err := redisPID(redis)
	if err != nil {
		return nil, fmt.Errorf("find Redis: %w", err)
	}
	s.PIDs = []int{postmaster, cache}
	for _, root := range s.PIDs {
		for _, pid := range Family(root) {
			if out, err := exec.CommandContext(ctx, "taskset", "-a", "-cp", LoadCore, strconv.Itoa(pid)).CombinedOutput(); err != nil {
				return nil, fmt.Errorf("taskset: %w: %s", err, out)
			}
		}
	}
	return s, nil
}

// Fresh makes an empty database and gives its DSN.
func (s *Stores) Fresh(ctx context.Context, name string) (string, error) {
	d, err := sql.Open("pgx", s.Postgres)
	if err != nil {
		return "", err
	}
	defer d.Close()
	if _, err := d.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		return "", err
	}
	if _, err := d.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	return strings.Replace(s.Postgres, "/postgres?", "/"+name+"?", 1), nil
}

// postmaster is the parent of whoever answers.
func postmaster(ctx context.Context, dsn string) (int, error) {
	d, err := sql.Open("pgx", dsn)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	var pid int
	if err := d.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return 0, err
	}
	fields := statOf(fmt.Sprintf("/proc/%d/stat", pid))
	if fields == nil {
		return 0, errors.New("it is not on this machine")
	}
	return strconv.Atoi(fields[1])
}

// redisPID is what it says of itself.
func redisPID(addr string) (int, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := fmt.Fprint(conn, "INFO server\r\n"); err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if pid, ok := strings.CutPrefix(lines.Text(), "process_id:"); ok {
			return strconv.Atoi(pid)
		}
	}
	return 0, errors.New("it does not say its process id")
}

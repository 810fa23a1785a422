package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	path    = "/connection/websocket"
	subject = "centrifuge-json"
	// config takes the limits out of the way of a load that comes from one address.
	config = `live:
  connections: 100000
  per_network: 0
  per_user: 100000
  rate: 1000000
  burst: 1000000
  user_rate: 1000000
  user_burst: 1000000
  channels: [{prefix: "plain:", access: public, publish: members, anonymous: true}]
papers:
  create: {per_second: 1000, burst: 10000}
  write: {per_second: 10000, burst: 100000}
`
)

// hotlane starts ours: the papers, and channels of the config, in SQLite.
func (p *plan) hotlane(ctx context.Context, name string) (*rig.Server, error) {
	file := filepath.Join(p.Dir, name+".yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	return p.Start(ctx, name, "hotlane", []string{"--config", file}, "HOTLANE_LANES=papers")
}

// program is a peer, or a Redis, on the core it belongs to.
type program struct {
	URL string
	cmd *exec.Cmd
}

// peer starts one of bench/peers/paper.
func (p *plan) peer(ctx context.Context, design, redis string) (*program, error) {
	addr := filepath.Join(p.Dir, design+".addr")
	_ = os.Remove(addr) // of one before this one, if there was one
	s := &program{cmd: rig.Pinned(ctx, rig.ServerCore, filepath.Join(p.Bin, "paper"), "-design", design, "-redis", redis, "-addr-file", addr)}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	err := rig.Until(ctx, 10*time.Second, func() bool {
		text, _ := os.ReadFile(addr)
		s.URL = "http://" + string(text)
		return len(text) > 0
	})
	if err != nil {
		return nil, errors.Join(err, s.kill())
	}
	return s, nil
}

// redis starts one that keeps what it holds as Debian's package has it: a snapshot now and then. It runs on the load's core, and finds what
// one of the same name left behind.
func (p *plan) redis(ctx context.Context, name string) (*program, error) {
	dir := filepath.Join(p.Dir, "redis-"+name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &program{URL: "redis://127.0.0.1:" + port}
	s.cmd = rig.Pinned(ctx, rig.LoadCore, "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", dir,
		"--save", "3600 1 300 100 60 10000", "--appendonly", "no")
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	err = rig.Until(ctx, 10*time.Second, func() bool {
		out, _ := exec.CommandContext(ctx, "redis-cli", "-p", port, "PING").Output()
		return strings.TrimSpace(string(out)) == "PONG"
	})
	if err != nil {
		return nil, errors.Join(err, s.kill())
	}
	return s, nil
}

// freePort is one below those that connections are given.
func freePort() (string, error) {
	for port := 17_000; port < 32_000; port++ {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return fmt.Sprint(port), l.Close()
		}
	}
	return "", errors.New("no port is free")
}

// kill is kill -9.
func (s *program) kill() error {
	if s.cmd.ProcessState != nil {
		return nil
	}
	err := s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed
	return err
}

func (s *program) pid() int { return s.cmd.Process.Pid }

// most is how many connections of the wanted a process may have here.
func most(wanted int) int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return wanted
	}
	return min(wanted, int(limit.Max)-300)
}

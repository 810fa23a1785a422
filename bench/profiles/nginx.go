package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

// nginx keeps what a Hotlane answers in its own cache.
type nginx struct {
	URL string
	PID int
	cmd *exec.Cmd
}

// nginxConfig is how one serves best from a cache that is on the disk, and so in the kernel's memory: with the files kept open.
const nginxConfig = `
daemon off;
worker_processes 1;
%[1]s
pid %[2]s/pid;
error_log %[2]s/error.log;
events { worker_connections 1024; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	open_file_cache max=10000 inactive=10m;
	open_file_cache_valid 10m;
	keepalive_timeout 300s;
	keepalive_requests 1000000000;
	client_body_temp_path %[2]s/body;
	proxy_temp_path %[2]s/proxy;
	fastcgi_temp_path %[2]s/fastcgi;
	uwsgi_temp_path %[2]s/uwsgi;
	scgi_temp_path %[2]s/scgi;
	proxy_cache_path %[2]s/cache levels=1:2 keys_zone=profiles:10m inactive=1h;
	upstream lane { server %[3]s; keepalive 16; }
	server {
		listen %[4]s;
		location / {
			proxy_pass http://lane;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_cache profiles;
			proxy_cache_key $uri;
			proxy_ignore_headers Cache-Control;
			proxy_cache_valid 200 1h;
			add_header X-Cache $upstream_cache_status;
		}
	}
}
`

// nginx starts one on the servers' core in front of a Hotlane.
func (p *plan) nginx(ctx context.Context, lane string) (*nginx, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil { // nginx cannot take a free port by itself
		return nil, err
	}
	dir := filepath.Join(p.Dir, "nginx")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // the folder is ours
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, nginxConfig, user, dir, lane[len("http://"):], addr), 0o600); err != nil {
		return nil, err
	}
	n := &nginx{URL: "http://" + addr, cmd: rig.Pinned(ctx, rig.ServerCore, "nginx", "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", file)}
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	n.PID = n.cmd.Process.Pid
	err = rig.Until(ctx, 10*time.Second, func() bool {
		conn, err := net.Dial("tcp", addr)
		return err == nil && conn.Close() == nil
	})
	if err != nil {
		text, _ := os.ReadFile(filepath.Join(dir, "error.log"))
		return nil, errors.Join(fmt.Errorf("nginx does not serve: %w\n%s", err, text), n.Stop())
	}
	return n, nil
}

// Stop ends it.
func (n *nginx) Stop() error { return errors.Join(n.cmd.Cancel(), n.cmd.Wait()) }

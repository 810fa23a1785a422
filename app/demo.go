package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/telemetry"
)

const (
	demoListen = "127.0.0.1:8080"
	demoData   = "./demo-data"
	demoCurls  = 3 // how many lines of each lane's are printed
)

// demo serves sample data with a stand-in backend behind it. No config file is read unless one is named.
func (p Program) demo(ctx context.Context, f flags) error {
	if f.Data == "" {
		f.Data = demoData
	}
	if f.Listen == "" {
		f.Listen = demoListen
	}
	f.noDefault = true
	keys, err := demoKeys(f.Data)
	if err != nil {
		return err
	}
	backend, err := listenBackend(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer backend.listener.Close()
	h, err := p.open(f, func(s *settings) { s.forDemo(keys, backend.url()) })
	if err != nil {
		return err
	}
	keys = keysOfDemo{Admin: h.Identity.AdminKey.Reveal(), Service: h.Identity.ServiceKey.Reveal()} // the environment may say others
	s := &server{
		house: h, addrFile: f.AddrFile, keys: func(identity.Generated) {}, beside: backend.run,
		ready: func(ctx context.Context, base string) error { return p.fillAndShow(ctx, h, keys, base) },
	}
	return errors.Join(s.run(ctx), h.close())
}

func (s *settings) forDemo(k keysOfDemo, upstream string) {
	s.demo = true
	s.App.Mode = "development"
	s.App.Shutdown = ShutdownConfig{Timeout: 3 * time.Second}
	s.Identity.AdminKey, s.Identity.ServiceKey = telemetry.Secret(k.Admin), telemetry.Secret(k.Service)
	s.Telemetry.Level = "warn"
	s.Edge.Upstreams = map[string]edge.Upstream{"old": {URLs: []string{upstream}}}
	s.Edge.Default = "old"
}

// fillAndShow fills the lanes and says what to look at.
func (p Program) fillAndShow(ctx context.Context, h *house, k keysOfDemo, base string) error {
	guides, err := h.lanes.Demo(ctx, lane.Site{URL: base, AdminKey: k.Admin, ServiceKey: k.Service})
	if err != nil {
		return err
	}
	var open []lane.Link
	var try []string
	for _, g := range guides {
		open = append(open, g.Open...)
		try = append(try, g.Try[:min(len(g.Try), demoCurls)]...)
	}
	if len(h.mailbox()) > 0 {
		open = append(open, lane.Link{Title: "Mails, which stay here", URL: base + mailboxPath})
	}
	open = append(open, lane.Link{Title: "The API", URL: base + "/_hotlane/docs"}, lane.Link{Title: "The old backend's home page", URL: base + "/"})
	var b strings.Builder
	fmt.Fprintf(&b, "\nHotlane serves sample data on %s, with a stand-in old backend behind it.\n\nOpen:\n", base)
	columns := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, l := range open {
		fmt.Fprintf(columns, "  %s\t%s\n", l.Title, l.URL)
	}
	_ = columns.Flush() // into memory
	fmt.Fprintf(&b, "\nKeys of this demo, kept in its data directory:\n  admin    %s\n  service  %s\n", k.Admin, k.Service)
	b.WriteString("\nTry:\n")
	for _, line := range try {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	b.WriteString("\nAnd this, which passes through to the old backend:\n")
	fmt.Fprintf(&b, "  curl -s %s/api/articles/4\n\nCtrl-C stops it.\n\n", base)
	_, err = p.Out.Write([]byte(b.String()))
	return err
}

// keysOfDemo are made once for a data directory, so that what was printed goes on to work.
type keysOfDemo struct {
	Admin   string `json:"admin"`
	Service string `json:"service"`
}

func demoKeys(data string) (keysOfDemo, error) {
	file := filepath.Join(data, "demo-keys.json")
	var k keysOfDemo
	text, err := os.ReadFile(file)
	switch {
	case err == nil:
		if err := json.Unmarshal(text, &k); err != nil {
			return k, fmt.Errorf("%s: %w; remove it to have new keys", file, err)
		}
		return k, nil
	case !errors.Is(err, fs.ErrNotExist):
		return k, err
	}
	k = keysOfDemo{Admin: "demo_admin_" + randomText(), Service: "demo_service_" + randomText()}
	text, err = json.Marshal(k)
	if err != nil {
		return k, err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return k, err
	}
	half := file + ".part"
	if err := os.WriteFile(half, append(text, '\n'), 0o600); err != nil {
		return k, err
	}
	return k, os.Rename(half, file)
}

func randomText() string {
	b := make([]byte, 15)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

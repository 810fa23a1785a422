package telemetry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// TestSecretNeverShows prints a secret in every way there is, alone and inside a struct.
func TestSecretNeverShows(t *testing.T) {
	const secret telemetry.Secret = "hunter2"
	type config struct {
		Key  telemetry.Secret            `json:"key" yaml:"key"`
		Keys map[string]telemetry.Secret `json:"keys" yaml:"keys"`
		List []telemetry.Secret          `json:"list" yaml:"list"`
	}
	in := config{Key: secret, Keys: map[string]telemetry.Secret{"x": secret}, List: []telemetry.Secret{secret}}
	var all bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&all, verb+" "+verb+" "+verb+"\n", secret, in, &in)
	}
	for _, format := range []string{"json", "text"} {
		log := telemetry.NewLog(telemetry.Config{Format: format, Level: "debug"}, &all)
		log.Info("a", "x", secret, "y", in, slog.Group("g", "z", secret), "e", fmt.Errorf("bad %s", secret))
		log.Info("b", "password", "hunter2", "Authorization", "Bearer hunter2", "dsn", "postgres://u:hunter2@h")
	}
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		b, err := marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	if strings.Contains(all.String(), "hunter2") || strings.Contains(all.String(), fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("a secret shows:\n%s", all.String())
	}
	if secret.Reveal() != "hunter2" || telemetry.Secret("").String() != "" {
		t.Error("Reveal must give the text, and an empty secret must look empty")
	}
}

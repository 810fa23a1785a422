package allocation

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// TestTokenKeysThatCannotBeUsedAreNamed: hotlane check finds them, not only the start.
func TestTokenKeysThatCannotBeUsedAreNamed(t *testing.T) {
	key := func(first byte, size int) telemetry.Secret {
		return telemetry.Secret(base64.StdEncoding.EncodeToString(append([]byte{first}, bytes.Repeat([]byte{9}, size-1)...)))
	}
	for pointer, keys := range map[string][]telemetry.Secret{
		"":              {key(1, 32), key(2, 64)},
		"/token_keys/0": {"not base64"},
		"/token_keys/1": {key(1, 32), key(2, 31)},
		"/token_keys/2": {key(1, 32), key(2, 32), key(1, 40)},
	} {
		cfg := DefaultConfig()
		cfg.TokenKeys = keys
		err := cfg.Validate()
		if pointer == "" {
			if good, _ := cfg.signingKeys(); err != nil || len(good) != len(keys) {
				t.Errorf("good keys: %v", err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), pointer) || strings.Contains(err.Error(), keys[0].Reveal()) {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}

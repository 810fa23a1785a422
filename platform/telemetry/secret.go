package telemetry

import "log/slog"

const redacted = "[redacted]"

// Secret is a text that prints, logs and marshals as [redacted], and as nothing when it is empty.
type Secret string

// Reveal gives the text itself. Whoever calls it answers for where it goes.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString keeps %#v from showing what String hides.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// LogValue is what slog writes.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is for text formats, map keys and encoders that know no better.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON writes "[redacted]".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(s.GoString()), nil }

// MarshalYAML writes "[redacted]".
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

package telemetry

import (
	"io"
	"log/slog"
	"strings"
	"time"
)

// NewLog makes the program's logger: JSON in production, readable text in development. A bad level counts as info; Validate
// reports it.
func NewLog(cfg Config, out io.Writer) *slog.Logger {
	least, err := level(cfg.Level)
	if err != nil {
		least = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: least, ReplaceAttr: redact}
	if cfg.Format == "text" || cfg.Format != "json" && cfg.Development {
		opts.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr { return shortTime(groups, redact(groups, a)) }
		return slog.New(slog.NewTextHandler(out, opts))
	}
	return slog.New(slog.NewJSONHandler(out, opts))
}

// redact is the net below Secret: an attribute that is named like a secret is not written whatever its type.
func redact(_ []string, a slog.Attr) slog.Attr {
	switch strings.ToLower(a.Key) {
	case "authorization", "cookie", "set-cookie", "x-api-key", "password", "secret", "token", "api_key", "admin_key",
		"service_key", "dsn":
		return slog.String(a.Key, redacted)
	}
	return a
}

func shortTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		return slog.String(a.Key, a.Value.Time().Format("15:04:05.000"))
	}
	if a.Value.Kind() == slog.KindDuration {
		return slog.String(a.Key, a.Value.Duration().Round(time.Microsecond).String())
	}
	return a
}

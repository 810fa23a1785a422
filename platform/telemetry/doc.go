// Package telemetry is how the program tells what it does: logs (slog), metrics (Prometheus), traces (OpenTelemetry, off
// by default) and, in development, a Server-Timing header on every answer with the queries and cache reads behind it.
//
// It owns no goroutine of its own except the span exporter's, which Close waits for. Secrets are never logged: values of
// type Secret print as [redacted], and so do attributes with the names of secrets.
package telemetry

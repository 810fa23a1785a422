package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Text that must be read has a contrast of at least 4.5 on what it stands on, and what must be seen one of 3 (WCAG 2.2, 1.4.3 and
// 1.4.11), in both schemes.
func TestContrast(t *testing.T) {
	const text, shape = 4.5, 3
	grounds := []string{"bg", "surface", "sunken"}
	pairs := []struct {
		front string
		on    []string
		least float64
	}{
		{"text", append([]string{"accent-soft", "good-soft", "warn-soft", "bad-soft", "info-soft"}, grounds...), text},
		{"muted", grounds, text},
		{"accent", append([]string{"accent-soft"}, grounds...), text},
		{"on-accent", []string{"accent-solid", "danger"}, text},
		{"good", append([]string{"good-soft"}, grounds...), text},
		{"warn", append([]string{"warn-soft"}, grounds...), text},
		{"bad", append([]string{"bad-soft"}, grounds...), text},
		{"info", append([]string{"info-soft"}, grounds...), text},
		{"toast-text", []string{"toast"}, text},
		{"toast-bad-text", []string{"toast-bad"}, text},
		{"line-strong", []string{"bg", "surface"}, shape},
		{"focus", grounds, shape},
		{"series-1", []string{"surface", "track"}, shape},
		{"series-2", []string{"surface"}, shape},
		{"series-3", []string{"surface"}, shape},
		{"series-4", []string{"surface"}, shape},
	}
	schemes := tokens(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, p := range pairs {
			for _, ground := range p.on {
				t.Run(fmt.Sprintf("%s/%s on %s", scheme, p.front, ground), func(t *testing.T) {
					got := contrast(color(t, schemes[scheme], p.front), color(t, schemes[scheme], ground))
					if got < p.least {
						t.Errorf("%.2f, want at least %.1f", got, p.least)
					}
				})
			}
		}
	}
}

// tokens are the custom properties that are colours, in each scheme.
func tokens(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := Files.ReadFile("css/hotlane.css")
	if err != nil {
		t.Fatal(err)
	}
	schemes := map[string]map[string]string{"light": {}, "dark": {}}
	for _, m := range regexp.MustCompile(`(?m)^  --([a-z0-9-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));`).FindAllStringSubmatch(string(css), -1) {
		schemes["light"][m[1]] = m[2] + m[4]
		schemes["dark"][m[1]] = m[3] + m[4]
	}
	return schemes
}

func color(t *testing.T, scheme map[string]string, name string) [3]float64 {
	t.Helper()
	hex, ok := scheme[name]
	if !ok {
		t.Fatalf("there is no colour --%s", name)
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return [3]float64{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}
}

// contrast is the ratio of WCAG 2.2.
func contrast(a, b [3]float64) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c [3]float64) float64 {
	var parts [3]float64
	for i, v := range c {
		if v /= 255; v <= 0.04045 {
			parts[i] = v / 12.92
		} else {
			parts[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*parts[0] + 0.7152*parts[1] + 0.0722*parts[2]
}

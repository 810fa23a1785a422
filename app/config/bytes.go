package config

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

var byteUnits = []struct {
	name  string
	bytes uint64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"B", 1},
}

// parseBytes reads a whole number of bytes with or without a unit (IEC 80000-13: MiB is 2^20, MB is 10^6).
func parseBytes(s string) (int64, bool) {
	factor := uint64(1)
	for _, u := range byteUnits {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			s, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, false
	}
	over, total := bits.Mul64(n, factor)
	if over != 0 || total > math.MaxInt64 {
		return 0, false
	}
	return int64(total), true
}

// formatBytes writes a size in its largest binary unit that divides it.
func formatBytes(n int64) string {
	for i := 3; i >= 0; i-- {
		if u := byteUnits[i]; n != 0 && n%int64(u.bytes) == 0 {
			return strconv.FormatInt(n/int64(u.bytes), 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

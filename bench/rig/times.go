package rig

import (
	"fmt"
	"slices"
	"time"
)

// Quantile of sorted times.
func Quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1))]
}

// Spread says the median and the most.
func Spread(times []time.Duration) string {
	slices.Sort(times)
	return fmt.Sprintf("median %s, most %s of %d", Brief(Quantile(times, 0.5)), Brief(Quantile(times, 1)), len(times))
}

// Brief writes milliseconds.
func Brief(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

package picture

import (
	"image"
	"runtime"
	"testing"
)

// TestThinPicturesTakeNoMoreThanEstimated: a picture that is one pixel high and very wide costs what its head says.
func TestThinPicturesTakeNoMoreThanEstimated(t *testing.T) {
	for _, size := range []image.Point{{2_000_000, 1}, {1, 2_000_000}, {400_000, 3}} {
		file := asPNG(t, image.NewGray(image.Rectangle{Max: size}))
		h, err := Inspect(file, limits)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Fit(file, 1600, 1<<20, limits); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(h.Memory) {
			t.Errorf("%v: it took %d bytes, %d were estimated", size, took, h.Memory)
		}
	}
}

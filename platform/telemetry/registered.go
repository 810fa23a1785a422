package telemetry

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Registered is the collector, or the equal one that was registered before: users of one family tell themselves apart by label. Without
// a registerer it counts for nobody. Two families of one name are a mistake in the program, and panic.
func Registered[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg == nil {
		return c
	}
	err := reg.Register(c)
	if again := (prometheus.AlreadyRegisteredError{}); errors.As(err, &again) {
		if earlier, ok := again.ExistingCollector.(C); ok {
			return earlier
		}
	}
	if err != nil {
		panic(err)
	}
	return c
}

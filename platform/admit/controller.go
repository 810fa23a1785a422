package admit

import (
	"math"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/fault"
)

const classes = 4

var errOverloaded = fault.New(fault.Unavailable, "admit.overloaded",
	"There is more to do than can be done just now.").After(time.Second)

// Controller lets requests in while there is room for their class. One number counts them all, so that what is admitted never
// exceeds the limit, whatever its mix, but for Always.
type Controller struct {
	inFlight atomic.Int64
	limits   [classes]int64 // by class; written by New only
	refused  [classes]prometheus.Counter
}

// Deps is what a Controller works with.
type Deps struct {
	Metrics prometheus.Registerer // nil: not reported
}

// New makes a controller. It does no I/O.
func New(cfg Config, d Deps) (*Controller, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	most := int64(cfg.InFlight)
	c := &Controller{limits: [classes]int64{Normal: most * 85 / 100, Critical: most, Bulk: most / 2, Always: math.MaxInt64}}
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hotlane_admit_refused_total", Help: "Requests refused for want of room, by class.",
	}, []string{"class"})
	for class := range c.refused {
		c.refused[class] = refused.WithLabelValues(Class(class).String())
	}
	if d.Metrics == nil {
		return c, nil
	}
	gauge := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hotlane_admit_in_flight", Help: "Requests that hold a place.",
	}, func() float64 { return float64(c.inFlight.Load()) })
	for _, collector := range []prometheus.Collector{refused, gauge} {
		if err := d.Metrics.Register(collector); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Enter takes a place for a request of the class. Who gets true gives it back with Leave; false means that there is no room.
func (c *Controller) Enter(class Class) bool {
	for {
		taken := c.inFlight.Load()
		if taken >= c.limits[class] {
			c.refused[class].Inc()
			return false // without a trace in the count: a flood of bulk requests must not push out others
		}
		if c.inFlight.CompareAndSwap(taken, taken+1) {
			return true
		}
	}
}

// Leave gives a place back.
func (c *Controller) Leave() { c.inFlight.Add(-1) }

// InFlight is how many places are taken.
func (c *Controller) InFlight() int64 { return c.inFlight.Load() }

// Middleware answers what there is no room for with 503 admit.overloaded and Retry-After, through refuse (httpio.WriteProblem), and
// passes on the rest. A place is held until the handler returns.
func (c *Controller) Middleware(class Class, refuse func(http.ResponseWriter, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !c.Enter(class) {
				refuse(w, errOverloaded)
				return
			}
			defer c.Leave()
			next.ServeHTTP(w, r)
		})
	}
}

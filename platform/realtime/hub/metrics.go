package hub

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// metrics are one hub's, told apart from others' by the label lane.
type metrics struct {
	open, members, waiting       prometheus.Gauge
	windows                      prometheus.Gauge
	entries, refused, doubled    prometheus.Counter
	failed, busy, conflicts      prometheus.Counter
	delivered, beside            prometheus.Counter
	coalesced, dropped           prometheus.Counter
	recovered, recoveredSQL      prometheus.Counter
	opened, panics, gaps, untold prometheus.Counter
	checkpoints, putOff          prometheus.Counter
	trimmed, swept               prometheus.Counter
	commits                      prometheus.Observer
}

func newMetrics(reg prometheus.Registerer, lane string) *metrics {
	label := prometheus.Labels{"lane": lane}
	counter := func(name, help string) prometheus.Counter {
		return telemetry.Registered(reg, prometheus.NewCounter(prometheus.CounterOpts{Name: "hotlane_live_" + name, Help: help, ConstLabels: label}))
	}
	gauge := func(name, help string) prometheus.Gauge {
		return telemetry.Registered(reg, prometheus.NewGauge(prometheus.GaugeOpts{Name: "hotlane_live_" + name, Help: help, ConstLabels: label}))
	}
	return &metrics{
		open:         gauge("channels", "Channels that are open."),
		members:      gauge("members", "Connections in channels; one in two counts twice."),
		windows:      gauge("window_bytes", "Bytes of newest entries that open channels keep in memory."),
		waiting:      gauge("operations_waiting", "Operations that wait for a commit."),
		entries:      counter("entries_total", "Entries of logs that were delivered, from whatever node."),
		refused:      counter("operations_refused_total", "Operations that a room refused."),
		doubled:      counter("operations_again_total", "Operations that were acknowledged again."),
		failed:       counter("operations_failed_total", "Operations whose commit failed."),
		busy:         counter("operations_busy_total", "Operations refused because too many wait."),
		conflicts:    counter("commit_conflicts_total", "Parts of commits that lost against another node."),
		delivered:    counter("deliveries_total", "Messages handed to members."),
		beside:       counter("messages_total", "Messages beside the log that went out."),
		coalesced:    counter("messages_coalesced_total", "Messages beside the log that a newer one took the place of."),
		dropped:      counter("messages_dropped_total", "Messages beside the log for which there was no place."),
		recovered:    counter("recovered_memory_total", "Members who came back and got what they missed from memory."),
		recoveredSQL: counter("recovered_sql_total", "Members who came back and got what they missed from SQL."),
		opened:       counter("rooms_made_total", "Rooms made from SQL, for the first time or anew."),
		panics:       counter("room_panics_total", "Rooms that panicked."),
		gaps:         counter("gaps_total", "Gaps in what the bus brought."),
		untold:       counter("bus_full_total", "Messages that the bus did not take."),
		checkpoints:  counter("checkpoints_total", "Checkpoints written."),
		putOff:       counter("checkpoints_put_off_total", "Commits after which a checkpoint was due and too many waited to be written."),
		trimmed:      counter("packs_trimmed_total", "Rows of logs deleted behind checkpoints, on SQLite."),
		swept:        counter("logs_swept_total", "Logs deleted because they never had an entry and nobody has them open."),
		commits: telemetry.Registered(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hotlane_live_commit_seconds", Help: "Time of one commit.", ConstLabels: label,
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		})),
	}
}

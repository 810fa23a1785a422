package hub

import (
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Config is how channels are kept. The zero value of a field means its default.
type Config struct {
	Tick          time.Duration `yaml:"tick" doc:"how long messages beside the log (cursors, typing) are collected before the newest of each go out; 5ms to 1s"`
	WindowEntries int           `yaml:"window_entries" doc:"newest entries that a channel keeps in memory for those who come back; 1 to 100000"`
	WindowBytes   int           `yaml:"window_bytes" unit:"bytes" doc:"bytes of them; 1KiB to 64MiB"`
	WindowAll     int           `yaml:"window_all" unit:"bytes" doc:"bytes of them in all channels of a lane; near it idle channels are closed, and beyond it a channel that gets new entries keeps only the last 16, 4KiB; 1MiB to 64GiB"`
	Rooms         int           `yaml:"rooms" doc:"channels of one lane that are open at once; beyond it the one idle for longest is closed; 1 to 1000000"`
	Idle          time.Duration `yaml:"idle" doc:"how long a channel without members and operations stays open; 1s to 1h"`
	Committers    int           `yaml:"committers" doc:"commits of one lane that are under way at once, on PostgreSQL; 1 to 64"`
	Queue         int           `yaml:"queue" doc:"operations of one channel that may wait for a commit; 1 to 1000000"`
	QueueAll      int           `yaml:"queue_all" doc:"operations of all channels of a lane that may wait for a commit; 1 to 10000000"`
	QueueBytes    int           `yaml:"queue_bytes" unit:"bytes" doc:"bytes of them; 64KiB to 16GiB"`
	Check         time.Duration `yaml:"check" doc:"how often channels with members are compared with the log, to find what the bus lost; only on PostgreSQL; 100ms to 1m"`
	Checkpoint    int           `yaml:"checkpoint" doc:"entries after which a checkpoint is written, give or take half of them; 10 to 100000"`
	Keep          int           `yaml:"keep" doc:"entries behind the checkpoint that stay in the log for those who come back; 1 to 10000000"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config {
	return Config{
		Tick: 50 * time.Millisecond, WindowEntries: 500, WindowBytes: 128 << 10, WindowAll: 256 << 20, Rooms: 100_000, Idle: time.Minute,
		Committers: 4, Queue: 4096, QueueAll: 65_536, QueueBytes: 64 << 20, Check: 5 * time.Second,
		Checkpoint: 500, Keep: 1000,
	}
}

// Validate says which fields break which rules.
func (c *Config) Validate() error {
	var rules fault.Rules
	check := rules.Check
	number := func(n, least, most int) bool { return n == 0 || n >= least && n <= most }
	span := func(d, least, most time.Duration) bool { return d == 0 || d >= least && d <= most }
	check(span(c.Tick, 5*time.Millisecond, time.Second), "/tick", "must be 5ms to 1s")
	check(number(c.WindowEntries, 1, 100_000), "/window_entries", "must be 1 to 100000")
	check(number(c.WindowBytes, 1<<10, 64<<20), "/window_bytes", "must be 1KiB to 64MiB")
	check(number(c.WindowAll, 1<<20, 64<<30), "/window_all", "must be 1MiB to 64GiB")
	check(number(c.Rooms, 1, 1_000_000), "/rooms", "must be 1 to 1000000")
	check(span(c.Idle, time.Second, time.Hour), "/idle", "must be 1s to 1h")
	check(number(c.Committers, 1, 64), "/committers", "must be 1 to 64")
	check(number(c.Queue, 1, 1_000_000), "/queue", "must be 1 to 1000000")
	check(number(c.QueueAll, 1, 10_000_000), "/queue_all", "must be 1 to 10000000")
	check(number(c.QueueBytes, 64<<10, 16<<30), "/queue_bytes", "must be 64KiB to 16GiB")
	check(span(c.Check, 100*time.Millisecond, time.Minute), "/check", "must be 100ms to 1m")
	check(number(c.Checkpoint, 10, 100_000), "/checkpoint", "must be 10 to 100000")
	check(number(c.Keep, 1, 10_000_000), "/keep", "must be 1 to 10000000")
	return rules.Err(fault.New(fault.Invalid, "live.hub_config", "The settings of channels break a rule."))
}

func (c Config) withDefaults() Config {
	d := DefaultConfig()
	for _, p := range []struct{ v, d *int }{
		{&c.WindowEntries, &d.WindowEntries},
		{&c.WindowBytes, &d.WindowBytes},
		{&c.WindowAll, &d.WindowAll},
		{&c.Rooms, &d.Rooms},
		{&c.Committers, &d.Committers},
		{&c.Queue, &d.Queue},
		{&c.QueueAll, &d.QueueAll},
		{&c.QueueBytes, &d.QueueBytes},
		{&c.Checkpoint, &d.Checkpoint},
		{&c.Keep, &d.Keep},
	} {
		if *p.v == 0 {
			*p.v = *p.d
		}
	}
	for _, p := range []struct{ v, d *time.Duration }{{&c.Tick, &d.Tick}, {&c.Idle, &d.Idle}, {&c.Check, &d.Check}} {
		if *p.v == 0 {
			*p.v = *p.d
		}
	}
	return c
}

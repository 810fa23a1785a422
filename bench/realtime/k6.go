package main

import (
	"context"
	"errors"
)

// readsMetric counts reads of logs from SQL.
const readsMetric = "hotlane_live_reads_total"

func (p *plan) k6(context.Context) error { return errors.New("not yet") }

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/hotlane/hotlane/bench/dataset"
	"github.com/hotlane/hotlane/bench/rig"
)

// fill imports a catalogue of so many line items and returns the time until it was stored.
func (s hotlane) fill(ctx context.Context, items int) (time.Duration, error) {
	var things bytes.Buffer
	if err := dataset.Catalogue(&things, items, 7); err != nil {
		return 0, err
	}
	begun := time.Now()
	_, err := s.Admin(ctx, "POST", "/v1/allocation/import", "application/x-ndjson", &things)
	return time.Since(begun), err
}

// decide asks for an allocation and lists the line items of the answer.
func (s hotlane) decide(ctx context.Context, body []byte) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/v1/allocations", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		Placements []struct {
			Items []struct {
				LineItem string `json:"line_item"`
			}
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range answer.Placements {
		for _, it := range p.Items {
			ids = append(ids, it.LineItem)
		}
	}
	return ids, nil
}

// ready waits until the whole catalogue is served.
func (s hotlane) ready(ctx context.Context, items int) error {
	return rig.Until(ctx, time.Minute, func() bool {
		served, err := s.Metric(ctx, "hotlane_allocation_catalogue_items")
		return err == nil && int(served) >= items
	})
}

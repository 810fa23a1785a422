package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/remote"
)

const jobsPath = "/_hotlane/jobs"

// jobs are the operators' endpoints of background work.
func (s *server) jobs() []lane.Route {
	h := jobs.Handlers(s.lanes.Queues)
	return []lane.Route{
		{Pattern: "GET " + jobsPath, Access: identity.Admin, Summary: "Background work of all lanes: how much waits, and what was given up.", Handler: h.List},
		{Pattern: "POST " + jobsPath + "/{lane}/retry", Effect: lane.Write, Access: identity.Admin, Summary: "Try all of a lane that was given up again.", Handler: h.RetryAll},
		{Pattern: "POST " + jobsPath + "/{lane}/{id}/retry", Effect: lane.Write, Access: identity.Admin, Summary: "Try one that was given up again.", Handler: h.Retry},
		{Pattern: "DELETE " + jobsPath + "/{lane}/{id}", Effect: lane.Write, Access: identity.Admin, Summary: "Remove one that was given up.", Handler: h.Remove},
	}
}

// at is the Hotlane that runs at this URL; empty: where it runs by itself.
func at(where string) *remote.Hotlane {
	h := remote.New()
	if where != "" {
		h.URL = where
	}
	return h
}

// listJobs prints what waits and what was given up, in the process that runs.
func (p Program) listJobs(ctx context.Context, where, name string) error {
	var list jobs.List
	if err := at(where).JSON(ctx, http.MethodGet, jobsPath+"?lane="+url.QueryEscape(name), nil, &list); err != nil {
		return err
	}
	t := table{tabwriter.NewWriter(p.Out, 0, 8, 2, ' ', 0), nil}
	t.row("LANE", "KIND", "WAITING", "RUNNING", "GIVEN UP")
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, l := range list.Lanes {
		for _, k := range l.Kinds {
			t.row(l.Lane, k.Kind, number(k.Waiting), number(k.Running), number(k.Dead))
		}
	}
	t.row()
	t.row("LANE", "ID", "KIND", "ATTEMPTS", "GIVEN UP", "WHY")
	for _, l := range list.Lanes {
		for _, d := range l.Dead {
			t.row(l.Lane, number(d.ID), d.Kind, strconv.Itoa(d.Attempts), d.Died.UTC().Format("2006-01-02 15:04:05"), firstLine(d.Error))
		}
	}
	return t.w.Flush()
}

// firstLine keeps an error in its cell: one of a panic goes on with the stack, and what a third party said is not for the terminal to obey.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// retryJobs makes one dead letter due now, or all of a lane without an id.
func (p Program) retryJobs(ctx context.Context, where, name string, id *int64) error {
	path := jobsPath + "/" + url.PathEscape(name)
	if id != nil {
		if err := at(where).JSON(ctx, http.MethodPost, path+"/"+strconv.FormatInt(*id, 10)+"/retry", nil, nil); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.Out, "tried again: 1")
		return err
	}
	var all jobs.Retried
	if err := at(where).JSON(ctx, http.MethodPost, path+"/retry", nil, &all); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.Out, "tried again: %d\n", all.Retried)
	return err
}

// removeJob forgets one dead letter.
func (p Program) removeJob(ctx context.Context, where, name string, id int64) error {
	err := at(where).JSON(ctx, http.MethodDelete, jobsPath+"/"+url.PathEscape(name)+"/"+strconv.FormatInt(id, 10), nil, nil)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Out, "removed")
	return err
}

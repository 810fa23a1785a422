package rig

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Table is the outcome: rows with their targets, then what else was seen.
type Table struct {
	begun time.Time
	rows  []string
	notes []string
}

// NewTable is an empty one that begins now.
func NewTable() *Table { return &Table{begun: time.Now()} }

// Row adds a row, and shows it at once.
func (t *Table) Row(what, target, measured string) {
	t.rows = append(t.rows, fmt.Sprintf("| %s | %s | %s |", what, target, measured))
	fmt.Fprintf(os.Stderr, "  %s: %s\n", what, measured)
}

// Note adds a paragraph below the rows.
func (t *Table) Note(text string, args ...any) { t.notes = append(t.notes, fmt.Sprintf(text, args...)) }

func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n\n", t.begun.UTC().Format("2006-01-02 15:04 UTC"), machine())
	b.WriteString("| what | to reach | measured |\n|---|---|---|\n")
	for _, r := range t.rows {
		b.WriteString(r + "\n")
	}
	for _, n := range t.notes {
		b.WriteString("\n" + n + "\n")
	}
	fmt.Fprintf(&b, "\nThe run took %s.\n", time.Since(t.begun).Round(time.Second))
	return b.String()
}

// machine is what the figures were taken on.
func machine() string {
	model, cores := "unknown CPU", 0
	info, _ := os.ReadFile("/proc/cpuinfo") // only shown
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model, cores = strings.TrimSpace(value), cores+1
		}
	}
	kernel, _ := exec.Command("uname", "-sr").Output()
	load, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("%s, %d cores, %s, %s, load average %s at the end",
		model, cores, strings.TrimSpace(string(kernel)), runtime.Version(), first)
}

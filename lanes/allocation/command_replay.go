package allocation

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/hotlane/hotlane/lane"
)

func (l *Lane) replayCommand(ctx context.Context, args []string, stdio lane.IO) error {
	if len(args) != 1 {
		return lane.Usage("replay takes a FILE")
	}
	in := stdio.In
	if args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	if err := stdio.Open(ctx); err != nil {
		return err
	}
	if err := l.view(ctx); err != nil {
		return err
	}
	return l.replayAll(in, stdio.Out)
}

// replayAll replays every line that holds a decision and passes over the others of the log.
func (l *Lane) replayAll(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), 16<<20)
	for lines.Scan() {
		var line struct {
			Decision *Logged `json:"decision"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Decision == nil {
			continue
		}
		again, err := l.Replay(line.Decision)
		if err != nil {
			return fmt.Errorf("decision %s: %w", line.Decision.RequestID, err)
		}
		if _, err := fmt.Fprintf(out, "%s %s\n", line.Decision.RequestID, again.verdict(line.Decision)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (r *Replayed) verdict(line *Logged) string {
	text := fmt.Sprint("the same: ", r.Shown)
	if !r.Same {
		text = fmt.Sprint("differs: then ", line.Shown, ", now ", r.Shown)
	}
	if r.Stale != 0 {
		text += fmt.Sprintf(" (the catalogue was at revision %d then, is at %d now)", line.Revision, r.Stale)
	}
	return text
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hotlane/hotlane/lane"
)

// laneCommand is hotlane <lane> <command> <args>: what follows the lane's name is the lane's to read.
type laneCommand struct {
	Args []string `arg:"" optional:"" passthrough:"partial" name:"command" help:"Command of the lane, then what it takes."`

	name     string
	commands []lane.Command
}

// Help lists the commands; kong shows it.
func (c *laneCommand) Help() string {
	var b strings.Builder
	b.WriteString("Commands:\n")
	for _, one := range c.commands {
		fmt.Fprintf(&b, "\n  hotlane %s %s\n", c.name, strings.TrimSpace(one.Name+" "+one.Args))
		wrap(&b, one.Help, "      ", 78)
	}
	return b.String()
}

// wrap writes words in lines of at most so many characters where the words allow it.
func wrap(b *strings.Builder, text, indent string, width int) {
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line) > len(indent) && len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line = indent
		}
		if len(line) > len(indent) {
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
}

// laneCommands are the lanes that have commands. They are found by making the lanes with their defaults, which does no I/O; one
// that cannot be made so is known by its name only.
func (p Program) laneCommands() []*laneCommand {
	var all []*laneCommand
	quiet := p
	quiet.Err = io.Discard
	for _, m := range p.Lanes() {
		h, err := quiet.house(defaultSettings(), p.Lanes())
		if err != nil {
			all = append(all, &laneCommand{name: m.Name})
			continue
		}
		one, _ := h.lanes.Named(m.Name)
		if c, ok := one.(lane.Commander); ok {
			all = append(all, &laneCommand{name: m.Name, commands: c.Commands()})
		}
	}
	return all
}

// laneCommand runs one command in this process. The databases are opened when the command asks for it; what is wrong with the
// configuration matters only then, for it need not be that of the process that is asked.
func (p Program) laneCommand(ctx context.Context, f flags, c *laneCommand) error {
	if len(c.Args) == 0 {
		return usageError{fmt.Errorf("name a command of %s\n%s", c.name, c.Help())}
	}
	f.Lanes = []string{c.name}
	h, err := p.openQuietly(f)
	if err == nil {
		return errors.Join(p.runLaneCommand(ctx, h, c, h.migrate), h.close())
	}
	refused := err
	s := defaultSettings()
	s.App.Lanes, s.Telemetry.Level = f.Lanes, "warn"
	if h, err = p.house(s, p.Lanes()); err != nil {
		return refused
	}
	return errors.Join(p.runLaneCommand(ctx, h, c, func(context.Context) error { return refused }), h.close())
}

func (p Program) runLaneCommand(ctx context.Context, h *house, c *laneCommand, open func(context.Context) error) error {
	one, _ := h.lanes.Named(c.name)
	commander, ok := one.(lane.Commander)
	if !ok {
		return usageError{fmt.Errorf("%s has no commands", c.name)}
	}
	commands := commander.Commands()
	i := slices.IndexFunc(commands, func(one lane.Command) bool { return one.Name == c.Args[0] })
	if i < 0 {
		return usageError{fmt.Errorf("%s has no command %q\n%s", c.name, c.Args[0], c.Help())}
	}
	err := commands[i].Run(ctx, c.Args[1:], lane.IO{In: p.In, Out: p.Out, Err: p.Err, Open: open})
	var called *lane.UsageError
	if errors.As(err, &called) {
		return usageError{fmt.Errorf("%w\nusage: hotlane %s %s %s", called, c.name, commands[i].Name, commands[i].Args)}
	}
	return err
}

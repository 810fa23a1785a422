package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// flags are what the command line can say over the config file.
type flags struct {
	Config   string
	Data     string
	Listen   string
	Lanes    []string
	AddrFile string

	noDefault bool // read no file but the one that is named
}

type commandLine struct {
	Config string `short:"c" env:"HOTLANE_CONFIG" placeholder:"FILE" help:"Config file. Default: hotlane.yaml, if it is there."`
	Data   string `placeholder:"DIR" help:"Data directory, over the config file's."`

	Serve struct {
		Listen   string   `placeholder:"HOST:PORT" help:"Address of the front door, over the config file's."`
		Lanes    []string `placeholder:"NAME" help:"Serve these lanes only."`
		AddrFile string   `placeholder:"FILE" help:"Write the address there once it is served (for port 0)."`
	} `cmd:"" help:"Stand in front of a backend: answer what the lanes answer, pass on the rest."`
	Demo struct {
		Listen   string `placeholder:"HOST:PORT" help:"Address of the front door. Default: 127.0.0.1:8080."`
		AddrFile string `placeholder:"FILE" help:"Write the address there once it is served (for port 0)."`
	} `cmd:"" help:"Serve believable sample data with a stand-in old backend behind, in ./demo-data (see --data), and say what to look at."`
	Check struct {
		File string `arg:"" optional:"" help:"Config file; default: the one that serve would read."`
	} `cmd:"" help:"Read the configuration and explain what is wrong with it, by line and field."`
	Routes struct {
		Lanes []string `placeholder:"NAME" help:"As with serve."`
	} `cmd:"" help:"Print every route: the lanes', the program's own, and those of the config file."`
	Migrate struct {
		Lanes []string `placeholder:"NAME" help:"Migrate these lanes only."`
	} `cmd:"" help:"Bring the databases up to date and exit; serve does so too."`
	Backup struct {
		Dir string `arg:"" help:"Where the copy goes; must be empty or not there yet."`
	} `cmd:"" help:"Copy the databases to DIR, also while Hotlane runs on them (SQLite)."`
	Restore struct {
		Dir   string `arg:"" help:"What backup has written."`
		Force bool   `help:"Even where there are databases; they are moved aside, not deleted."`
	} `cmd:"" help:"Put the copy in DIR into an empty data directory (SQLite)."`
	New struct {
		Lane struct {
			Name string `arg:"" help:"One word of small letters and digits: notes."`
		} `cmd:"" help:"Write a small lane that works, with its tests, into lanes/NAME of the Go module here."`
	} `cmd:"" help:"Start something new: a lane."`
	Jobs struct {
		URL  string `name:"url" placeholder:"URL" help:"Where Hotlane runs. Default: HOTLANE_URL, or http://127.0.0.1:8080."`
		List struct {
			Lane string `arg:"" optional:"" help:"Only this lane's."`
		} `cmd:"" default:"withargs" help:"Print what waits and what was given up."`
		Retry struct {
			Lane string `arg:"" help:"The lane's name."`
			ID   *int64 `arg:"" optional:"" help:"Of one; without it, all of the lane."`
		} `cmd:"" help:"Try again what was given up."`
		Remove struct {
			Lane string `arg:"" help:"The lane's name."`
			ID   int64  `arg:"" help:"Of what was given up."`
		} `cmd:"" help:"Forget one that was given up."`
	} `cmd:"" help:"Look at the background work of a Hotlane that runs, and at what it gave up."`
	Version  struct{} `cmd:"" help:"Print the version."`
	Generate struct {
		Dir string `arg:"" help:"Folder of the docs."`
	} `cmd:"" hidden:"" help:"Write the generated pages of the docs."`
}

const description = `Hotlane takes over the hot endpoints of an app whose backend is too slow or too dear for them, and passes every other request through to it.`

// parse finds what is to be done. It is nil when the help has been printed.
func (p Program) parse() (func(context.Context) error, error) {
	var cli commandLine
	helped := false
	options := []kong.Option{
		kong.Name("hotlane"), kong.Description(description), kong.Writers(p.Out, p.Err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Exit(func(int) { helped = true }),
		kong.Resolvers(p.environment()),
	}
	lanes := p.laneCommands()
	for _, c := range lanes {
		options = append(options, kong.DynamicCommand(c.name, "Commands of the lane "+c.name+".", "Lanes:", c))
	}
	parser, err := kong.New(&cli, options...)
	if err != nil {
		return nil, err
	}
	args := p.Args
	if len(args) == 0 {
		args = []string{"--help"}
	} else if args[0] == "help" {
		args = append(args[1:len(args):len(args)], "--help")
	}
	parsed, err := parser.Parse(args)
	switch {
	case helped && len(p.Args) == 0:
		return nil, usageError{fmt.Errorf("name a command")}
	case helped:
		return nil, nil
	case err != nil:
		return nil, usageError{fmt.Errorf("%w; see hotlane --help", err)}
	}
	name := parsed.Selected().Name
	if above := parsed.Selected().Parent; above != nil && above.Type == kong.CommandNode {
		name = above.Name + " " + name
	}
	return p.command(&cli, name, lanes), nil
}

func (p Program) command(cli *commandLine, name string, lanes []*laneCommand) func(context.Context) error {
	f := flags{Config: cli.Config, Data: cli.Data}
	switch name {
	case "serve":
		f.Listen, f.Lanes, f.AddrFile = cli.Serve.Listen, cli.Serve.Lanes, cli.Serve.AddrFile
		return func(ctx context.Context) error { return p.serve(ctx, f) }
	case "demo":
		f.Listen, f.AddrFile = cli.Demo.Listen, cli.Demo.AddrFile
		return func(ctx context.Context) error { return p.demo(ctx, f) }
	case "check":
		if cli.Check.File != "" {
			f.Config = cli.Check.File
		}
		return func(context.Context) error { return p.check(f) }
	case "routes":
		f.Lanes = cli.Routes.Lanes
		return func(context.Context) error { return p.routes(f) }
	case "migrate":
		f.Lanes = cli.Migrate.Lanes
		return func(ctx context.Context) error { return p.migrate(ctx, f) }
	case "backup":
		return func(ctx context.Context) error { return p.backup(ctx, f, cli.Backup.Dir) }
	case "restore":
		return func(ctx context.Context) error { return p.restore(ctx, f, cli.Restore.Dir, cli.Restore.Force) }
	case "new lane":
		return func(context.Context) error { return p.newLane(cli.New.Lane.Name) }
	case "jobs list", "jobs":
		return func(ctx context.Context) error { return p.listJobs(ctx, cli.Jobs.URL, cli.Jobs.List.Lane) }
	case "jobs retry":
		return func(ctx context.Context) error {
			return p.retryJobs(ctx, cli.Jobs.URL, cli.Jobs.Retry.Lane, cli.Jobs.Retry.ID)
		}
	case "jobs remove":
		return func(ctx context.Context) error {
			return p.removeJob(ctx, cli.Jobs.URL, cli.Jobs.Remove.Lane, cli.Jobs.Remove.ID)
		}
	case "version":
		return func(context.Context) error { _, err := fmt.Fprintln(p.Out, "hotlane", Version()); return err }
	case "generate":
		return func(context.Context) error { return p.generate(cli.Generate.Dir) }
	}
	for _, c := range lanes {
		if c.name == name {
			return func(ctx context.Context) error { return p.laneCommand(ctx, f, c) }
		}
	}
	return func(context.Context) error { return usageError{fmt.Errorf("no command %q", name)} }
}

// environment answers for flags with an env tag: kong itself would ask the process, not the Program.
func (p Program) environment() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			for _, kv := range p.Env {
				if value, ok := strings.CutPrefix(kv, name+"="); ok {
					return value, nil
				}
			}
		}
		return nil, nil
	})
}

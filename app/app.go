// Package app is the composition root: the lanes, the configuration, and the order in which everything starts and stops. Whoever
// builds a program of their own on Hotlane lists their lanes and is done:
//
//	func main() { os.Exit(app.Main(func() []lane.Module { return append(app.Lanes(), mine.Module()) })) }
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/hotlane/hotlane/app/config"
	"github.com/hotlane/hotlane/lane"
)

// Exit codes of the program.
const (
	ExitOK      = 0 // done
	ExitFailure = 1 // it was tried and did not work
	ExitUsage   = 2 // the command line or the configuration is wrong; nothing was tried
)

// Program is one call of the program: what it was given by the shell, and the lanes it is made of.
type Program struct {
	Args     []string // without the program's name
	Env      []string // as os.Environ
	In       io.Reader
	Out, Err io.Writer            // results, and everything else
	Lanes    func() []lane.Module // makes the modules anew, with their defaults
}

// Main is the whole of a main function: it runs the program until it is done or is told to stop, and returns its exit code.
// SIGINT and SIGTERM stop it in good order; a second one at once.
func Main(lanes func() []lane.Module) int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	signals := make(chan os.Signal, 2) // room for both, so that none is missed however soon the second comes
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() { // ends with the process
		<-signals
		stop()
		<-signals
		os.Exit(ExitFailure)
	}()
	return Run(ctx, Program{
		Args: os.Args[1:], Env: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Lanes: lanes,
	})
}

// Run runs one call of the program until it is done or the context ends, and returns its exit code.
func Run(ctx context.Context, p Program) int {
	cmd, err := p.parse()
	if err == nil && cmd != nil {
		err = cmd(ctx)
	}
	return p.exit(err)
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func (p Program) exit(err error) int {
	var wrong *config.Error
	var usage usageError
	var called *lane.UsageError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &wrong):
		fmt.Fprintf(p.Err, "%s\n", wrong)
		return ExitUsage
	case errors.As(err, &usage):
		fmt.Fprintf(p.Err, "hotlane: %s\n", usage.error)
		return ExitUsage
	case errors.As(err, &called):
		fmt.Fprintf(p.Err, "hotlane: %s\n", called.Text)
		return ExitUsage
	default:
		fmt.Fprintf(p.Err, "hotlane: %s\n", err)
	}
	return ExitFailure
}

// Version is the module's version, or the commit that it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}

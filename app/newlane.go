package app

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hotlane/hotlane/app/scaffold"
)

// newLane starts a lane in the module of the current folder and says how to go on.
func (p Program) newLane(name string) error {
	made, err := scaffold.Lane(".", name)
	var bad *scaffold.NameError
	switch {
	case errors.As(err, &bad):
		return usageError{err}
	case err != nil:
		return fmt.Errorf("new lane: %w", err)
	}
	next := elsewhere
	if made.House {
		next = inHouse
	}
	_, err = fmt.Fprint(p.Out, strings.NewReplacer("NAME", made.Name, "DIR", made.Dir, "IMPORT", made.Import).Replace(next))
	return err
}

const inHouse = `DIR is made and listed in app/lanes.go. It works:

  go test ./DIR ./test/arch
  go run ./cmd/hotlane serve --lanes=NAME

make generate writes its settings, endpoints and refusals into the docs. docs/your-own-lane.md goes on from here.
`

const elsewhere = `DIR is made. List it in your main:

  import (
  	"os"

  	"github.com/hotlane/hotlane/app"
  	"github.com/hotlane/hotlane/lane"

  	"IMPORT"
  )

  func main() {
  	os.Exit(app.Main(func() []lane.Module { return []lane.Module{NAME.Module()} }))
  }

With Hotlane's own lanes beside it: append(app.Lanes(), NAME.Module()). Then

  go test ./DIR
  go run . serve --lanes=NAME

https://github.com/hotlane/hotlane/blob/main/docs/your-own-lane.md goes on from here.
`

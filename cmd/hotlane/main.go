// Hotlane takes over the hot endpoints of an app and passes every other request through to its backend.
package main

import (
	"os"

	"github.com/hotlane/hotlane/app"
)

func main() { os.Exit(app.Main(app.Lanes)) }

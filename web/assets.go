package web

import (
	"embed"
	"net/http"
	"sync"

	"github.com/hotlane/hotlane/platform/assets"
)

// Files are the stylesheets and modules.
//
//go:embed css js
var Files embed.FS

// Prefix is where the app serves Handler.
const Prefix = "/_hotlane/web"

// shared is read from Files once; it never changes.
var shared = sync.OnceValue(func() *assets.Set { return assets.New(Files, Prefix) })

// Asset is the path of a file, "css/hotlane.css", with the version in it. A name that is not there is a mistake of the program:
// Asset panics.
func Asset(name string) string { return shared().URL(name) }

// Handler serves the files, with or without the prefix and the version in front. With the right version they may be kept for
// good; without, or with that of another generation of the process, browsers ask again.
func Handler() http.Handler { return shared() }

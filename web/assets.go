package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Files are the stylesheets and modules.
//
//go:embed css js
var Files embed.FS

// Prefix is where the app serves Handler.
const Prefix = "/_hotlane/web"

// assets is read from Files once; it never changes.
var assets = sync.OnceValue(readAssets)

type assetSet struct {
	version string // hash of all names and contents
	files   map[string]asset
}

type asset struct {
	body []byte
	kind string
	etag string
}

func readAssets() assetSet {
	set := assetSet{files: map[string]asset{}}
	all := sha256.New()
	err := fs.WalkDir(Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := Files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		all.Write([]byte(name))
		all.Write(sum[:])
		set.files[name] = asset{body: body, kind: mediaType(name), etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		return nil
	})
	if err != nil { // the files are embedded: cannot happen
		panic(err)
	}
	set.version = hex.EncodeToString(all.Sum(nil)[:8])
	return set
}

// mediaType does not ask the machine's tables: an answer is the same everywhere.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return "application/octet-stream"
	}
}

// Asset is the path of a file, "css/hotlane.css", with the version in it.
func Asset(name string) string { return Prefix + "/" + assets().version + "/" + name }

// Handler serves the files, with or without the prefix and the version in front. With the right version they may be kept for
// good; without, or with that of another generation of the process, browsers ask again.
func Handler() http.Handler { return http.HandlerFunc(serveAsset) }

func serveAsset(w http.ResponseWriter, r *http.Request) {
	set := assets()
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	cache := "no-cache"
	a, ok := set.files[name]
	if !ok {
		version, rest, _ := strings.Cut(name, "/")
		if a, ok = set.files[rest]; ok && version == set.version {
			cache = "public, max-age=31536000, immutable"
		}
	}
	h := w.Header()
	if !ok {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	h.Set("Cache-Control", cache)
	h.Set("ETag", a.etag)
	h.Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	_, _ = w.Write(a.body) // the client may be gone
}

// Package assets serves the styles, modules and pictures that a program carries in itself.
//
// The path of a file has a hash of all files of its set in it, before the file's own name: /notes/assets/5c0ab1…/web/notes.css. So a
// browser may keep it for good, a new generation of the program is seen at once, and a relative import between two modules
// ("./chart.js") stays within one generation.
//
// It refuses what is not in the set. It guarantees that an answer which may be kept for good is of the version in its path.
package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Set is some files under one prefix. It never changes, and is safe for use by many goroutines.
type Set struct {
	prefix  string // "/notes/assets"
	version string // hash of all names and contents, 16 hex digits
	files   map[string]file
}

type file struct{ body, kind, etag string }

// New reads the files of fsys that are named, and all below the folders that are; all there are when none is. The prefix is the
// path under which the app serves the set, "/notes/assets", unlike that of any other set. A name that is not there is a mistake of
// the program, like a template that does not parse: New panics.
func New(fsys fs.FS, prefix string, names ...string) *Set {
	s := &Set{prefix: "/" + strings.Trim(prefix, "/"), files: map[string]file{}}
	if len(names) == 0 {
		names = []string{"."}
	}
	for _, name := range names {
		if err := fs.WalkDir(fsys, name, s.reader(fsys)); err != nil {
			panic(fmt.Sprintf("assets %s: %v", s.prefix, err))
		}
	}
	s.version = s.hash()
	return s
}

func (s *Set) reader(fsys fs.FS) fs.WalkDirFunc {
	return func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		s.files[name] = file{body: string(body), kind: mediaType(name), etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		return nil
	}
}

func (s *Set) hash() string {
	names := make([]string, 0, len(s.files))
	for name := range s.files {
		names = append(names, name)
	}
	slices.Sort(names)
	all := sha256.New()
	for _, name := range names {
		fmt.Fprintf(all, "%q %s\n", name, s.files[name].etag)
	}
	return hex.EncodeToString(all.Sum(nil)[:8])
}

// mediaType does not ask the machine's tables: an answer is the same everywhere.
func mediaType(name string) string {
	kind, ok := map[string]string{
		".css":         "text/css; charset=utf-8",
		".js":          "text/javascript; charset=utf-8",
		".mjs":         "text/javascript; charset=utf-8",
		".json":        "application/json",
		".txt":         "text/plain; charset=utf-8",
		".webmanifest": "application/manifest+json",
		".svg":         "image/svg+xml",
		".png":         "image/png",
		".jpg":         "image/jpeg",
		".webp":        "image/webp",
		".ico":         "image/x-icon",
		".woff2":       "font/woff2",
	}[path.Ext(name)]
	if !ok {
		return "application/octet-stream"
	}
	return kind
}

// Pattern is the route that serves the set: "GET /notes/assets/{file...}".
func (s *Set) Pattern() string { return "GET " + s.prefix + "/{file...}" }

// URL is the path of a file with the version in it. A name that is not in the set is a mistake of the program: URL panics.
func (s *Set) URL(name string) string {
	if _, ok := s.files[name]; !ok {
		panic(fmt.Sprintf("assets %s: there is no file %q", s.prefix, name))
	}
	return s.prefix + "/" + s.version + "/" + name
}

// ServeHTTP answers with a file, whether or not the prefix and the version stand in front of its name. With the right version
// browsers may keep it for good; without, or with that of another generation of the program, they ask again.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, current, ok := s.find(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, s.prefix), "/"))
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if !ok {
		h.Set("Cache-Control", "no-store") // the next generation may have it
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	h.Set("Cache-Control", "no-cache")
	if current {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("ETag", f.etag)
	h.Set("Content-Type", f.kind)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(f.body))
}

// Serve is ServeHTTP as lane.HTTP takes it. What is missing is answered, so the error is always nil.
func (s *Set) Serve(w http.ResponseWriter, r *http.Request) error {
	s.ServeHTTP(w, r)
	return nil
}

func (s *Set) find(name string) (f file, current, ok bool) {
	if f, ok = s.files[name]; ok {
		return f, false, true
	}
	version, rest, _ := strings.Cut(name, "/")
	f, ok = s.files[rest]
	return f, version == s.version, ok
}

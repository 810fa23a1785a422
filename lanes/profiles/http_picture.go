package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/picture"
)

// ErrPicture is a picture that is not asked for as the rules are.
var ErrPicture = fault.New(fault.Invalid, "profiles.picture", "The picture cannot be made like this.")

// pictureDoor answers with people's pictures.
type pictureDoor struct {
	find     finder
	pictures *pictures
}

func (d *pictureDoor) routes() []lane.Route {
	return []lane.Route{{
		Pattern: "GET " + picturePrefix + "{source}/{id}", Access: identity.Public, Class: admit.Bulk,
		Limits:  lane.Limits{Time: d.pictures.cfg.Timeout + decodeTime},
		Summary: "A person's picture, square, 96, 192 or 384 pixels a side (?size=), initials where there is none; ?by=username takes a username for the id",
		Handler: lane.HTTP(d.serve),
	}}
}

// serve always answers with something that can be looked at, whatever the status: what stands in a page is never a broken picture.
func (d *pictureDoor) serve(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	size, err := strconv.Atoi(asked.Get("size"))
	if asked.Get("size") == "" {
		size, err = pictureSizes[1], nil
	}
	if err != nil || !slices.Contains(pictureSizes, size) {
		return ErrPicture.With(fault.Field{Pointer: "query:size", Rule: "must be 96, 192 or 384"})
	}
	by := d.find.ByID
	switch asked.Get("by") {
	case "", "id":
	case "username":
		by = d.find.ByUsername
	default:
		return ErrPicture.With(fault.Field{Pointer: "query:by", Rule: "must be id or username"})
	}
	one, err := by(r.Context(), r.PathValue("source"), r.PathValue("id"))
	if err != nil {
		return d.nobody(w, r, err)
	}
	e, ok := d.pictures.get(r.Context(), one, size)
	if !ok {
		d.initials(w, r, one)
		return nil
	}
	keep := d.keep(5 * time.Minute)
	if asked.Get("v") == pictureVersion(one) { // a new picture has a new path
		keep = d.keep(d.pictures.cfg.MaxAge) + ", immutable"
	}
	writePicture(w, r, http.StatusOK, e, keep)
	return nil
}

// keep lets all keep a picture for so long, and no longer than who is erased may be seen.
func (d *pictureDoor) keep(most time.Duration) string {
	return keepFor(min(most, d.pictures.cfg.MaxAge))
}

// nobody is the outline of a person, where there is none to show or none can be asked for.
func (d *pictureDoor) nobody(w http.ResponseWriter, r *http.Request, err error) error {
	f := fault.From(err)
	status, keep := http.StatusNotFound, d.keep(15*time.Second)
	switch f.Kind {
	case fault.NotFound, fault.Invalid:
	case fault.Unavailable, fault.BadGateway, fault.Timeout, fault.Limited:
		status, keep = http.StatusServiceUnavailable, "no-store"
		w.Header().Set("Retry-After", strconv.Itoa(int((max(f.RetryAfter, time.Second)+time.Second-1)/time.Second)))
	default:
		return err
	}
	writePicture(w, r, status, svg("", "nobody"), keep)
	return nil
}

// initials stand for a picture of one's own.
func (d *pictureDoor) initials(w http.ResponseWriter, r *http.Request, one *Profile) {
	keep := d.keep(time.Minute)
	if one.Card.Picture == "" {
		keep = d.keep(time.Hour)
	}
	name := oneLine(one.Card.Name, maxNameShown)
	if picture.Initials(name) == "" {
		name = one.Username
	}
	writePicture(w, r, http.StatusOK, svg(name, one.Source+"/"+one.ID), keep)
}

func svg(name, seed string) picture.Encoded {
	return picture.Encoded{Type: "image/svg+xml", Body: picture.Placeholder(name, seed)}
}

// writePicture also sees to it that the file is nothing but a picture, even where somebody opens it as a page.
func writePicture(w http.ResponseWriter, r *http.Request, status int, e picture.Encoded, keep string) {
	sum := sha256.Sum256(e.Body)
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", keep)
	if status == http.StatusOK {
		h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
		if sameTag(r.Header.Values("If-None-Match"), h.Get("ETag")) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Type", e.Type)
	h.Set("Content-Length", strconv.Itoa(len(e.Body)))
	w.WriteHeader(status)
	_, _ = w.Write(e.Body) // the client may be gone
}

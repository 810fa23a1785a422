package profiles

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
	"github.com/hotlane/hotlane/platform/picture"
)

// pictureSizes are the sides in pixels that pictures are made in, the largest first.
var pictureSizes = []int{384, 192, 96}

// pictures makes small square copies of what the sources have of people, and keeps them for a while: one entry for a person, so that
// who is erased goes with one key.
type pictures struct {
	cfg    PicturesConfig
	client *fetch.Client
	cache  *cache.Cache[drawn]
	room   *semaphore.Weighted                                        // bytes that decoding takes
	kept   func(ctx context.Context, source, id string) (bool, error) // whether there is still a profile
	now    func() time.Time
	log    *slog.Logger
}

// drawn is what was made of one file; nothing, where none could be had.
type drawn struct {
	of    string // the file's URL, hashed
	sizes []picture.Encoded
}

// newPictures makes them without I/O. Whoever makes it closes it.
func newPictures(cfg PicturesConfig, deps lane.Deps) *pictures {
	return &pictures{
		cfg: cfg, room: semaphore.NewWeighted(cfg.DecodeBytes), now: deps.Now, log: deps.Log,
		kept: func(context.Context, string, string) (bool, error) { return true, nil },
		client: fetch.New(fetch.Config{
			Name: "profiles_pictures", Timeout: cfg.Timeout, MaxBody: cfg.MaxBytes, Redirects: 3, Hosts: cfg.Hosts, Concurrency: cfg.Concurrency,
			Private: deps.Private, Transport: deps.Fetch, Now: deps.Now, Log: deps.Log, Metrics: deps.Metrics,
		}),
		cache: cache.New(cache.Options[drawn]{
			Name: "profiles_pictures", Store: deps.Cache, Memory: cfg.CacheBytes, Size: drawn.size, Encode: drawn.encode, Decode: decodeDrawn,
			Now: deps.Now, Log: deps.Log, Metrics: deps.Metrics, LoadTime: cfg.Timeout + decodeTime, Loads: 256,
		}),
	}
}

// decodeTime is added to the time for fetching: waiting for memory, and decoding.
const decodeTime = 10 * time.Second

func (s *pictures) close(ctx context.Context) error {
	err := s.cache.Close(ctx)
	s.client.Close()
	return err
}

// forget removes a person's.
func (s *pictures) forget(ctx context.Context, source, id string) error {
	return s.cache.Forget(ctx, pictureKey(source, id))
}

func pictureKey(source, id string) string {
	sum := sha256.Sum256([]byte(source + "\x00" + id))
	return hex.EncodeToString(sum[:16])
}

func hashURL(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// pictureVersion changes with what the picture is made of.
func pictureVersion(one *Profile) string {
	return hashURL(one.Card.Picture + "\x00" + one.Card.Name + "\x00" + one.Username)[:10]
}

const picturePrefix = "/v1/profile-pictures/"

// picturePath is where a person's is, with its version in it.
func picturePath(one *Profile, size int) string {
	return picturePrefix + url.PathEscape(one.Source) + "/" + url.PathEscape(one.ID) + "?size=" + strconv.Itoa(size) + "&v=" + pictureVersion(one)
}

// get is a person's picture; false: there is none of their own, or it cannot be had.
func (s *pictures) get(ctx context.Context, one *Profile, size int) (picture.Encoded, bool) {
	if link(one.Card.Picture) == "" {
		return picture.Encoded{}, false
	}
	key, of := pictureKey(one.Source, one.ID), hashURL(one.Card.Picture)
	l, err := s.cache.Get(ctx, key, s.load(one))
	if err == nil && l.Value.of != of { // the person has a new one
		err = s.cache.Forget(ctx, key)
		if err == nil || !errors.Is(err, ctx.Err()) {
			l, err = s.cache.Get(ctx, key, s.load(one))
		}
	}
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelDebug, "profiles: no picture just now", slog.String("source", one.Source), slog.Any("error", err))
		return picture.Encoded{}, false
	}
	for i, side := range pictureSizes {
		if side == size && i < len(l.Value.sizes) {
			return l.Value.sizes[i], true
		}
	}
	return picture.Encoded{}, false
}

// load fetches and draws. What cannot be had is remembered as well; while there is an older one of the same file, that stays. Whoever
// was erased since the picture was asked for gets none: the database is looked at last, and what began before an erasure the cache
// does not keep.
func (s *pictures) load(one *Profile) cache.Load[drawn] {
	at, of := one.Card.Picture, hashURL(one.Card.Picture)
	return func(ctx context.Context, old *cache.Loaded[drawn]) (cache.Loaded[drawn], error) {
		sizes, err := s.draw(ctx, at)
		if err == nil {
			err = s.still(ctx, one)
		}
		now := s.now()
		switch {
		case err == nil:
			return cache.Loaded[drawn]{Value: drawn{of, sizes}, Renew: now.Add(s.cfg.Keep), End: now.Add(2 * s.cfg.Keep)}, nil
		case ctx.Err() != nil, errors.Is(err, ErrNotFound), fault.From(err).Kind == fault.Unavailable: // it was not the file's fault
			return cache.Loaded[drawn]{}, err
		case old != nil && old.Value.of == of && len(old.Value.sizes) > 0:
			return cache.Loaded[drawn]{}, err
		}
		s.log.LogAttrs(ctx, slog.LevelInfo, "profiles: a picture cannot be had", slog.String("source", one.Source), slog.Any("error", err))
		again := now.Add(s.cfg.Retry)
		return cache.Loaded[drawn]{Value: drawn{of: of}, Renew: again, End: again}, nil
	}
}

// still is ErrNotFound when the profile is there no more.
func (s *pictures) still(ctx context.Context, one *Profile) error {
	kept, err := s.kept(ctx, one.Source, one.ID)
	if err == nil && !kept {
		err = ErrNotFound
	}
	return err
}

// draw fetches a file and makes it small. Memory for decoding is waited for; what it is comes from its bytes alone.
func (s *pictures) draw(ctx context.Context, at string) ([]picture.Encoded, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "image/webp,image/jpeg,image/png,image/gif;q=0.9,*/*;q=0.1")
	got, err := s.client.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	if got.Status != http.StatusOK {
		return nil, fmt.Errorf("profiles: the file was answered with %d", got.Status)
	}
	limits := picture.Limits{Pixels: s.cfg.MaxPixels, Memory: s.cfg.DecodeBytes}
	head, err := picture.Inspect(got.Body, limits)
	if err != nil {
		return nil, err
	}
	if err := s.room.Acquire(ctx, head.Memory); err != nil {
		return nil, err
	}
	defer s.room.Release(head.Memory)
	return picture.Squares(got.Body, pictureSizes, limits)
}

// A drawn picture in a shared cache: version, hash of the URL (16 bytes of text), then for each size its type, side, length and body.

const (
	drawnVersion = 1
	drawnHash    = 16
)

var errDrawn = errors.New("profiles: this is no picture of the cache")

func (d drawn) size() int {
	n := 64 + len(d.of)
	for _, e := range d.sizes {
		n += 64 + len(e.Body)
	}
	return n
}

func (d drawn) encode() ([]byte, error) {
	b := append(make([]byte, 0, d.size()), drawnVersion)
	b = append(b, d.of...)
	for _, e := range d.sizes {
		kind := byte('j')
		if e.Type == "image/png" {
			kind = 'p'
		}
		b = binary.BigEndian.AppendUint16(append(b, kind), uint16(e.Side)) //nolint:gosec // at most 384
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.Body)))          //nolint:gosec // of a few hundred pixels a side
		b = append(b, e.Body...)
	}
	return b, nil
}

func decodeDrawn(b []byte) (drawn, error) {
	if len(b) < 1+drawnHash || b[0] != drawnVersion {
		return drawn{}, errDrawn
	}
	d := drawn{of: string(b[1 : 1+drawnHash])}
	for b = b[1+drawnHash:]; len(b) > 0; {
		const head = 7
		if len(b) < head || b[0] != 'j' && b[0] != 'p' {
			return drawn{}, errDrawn
		}
		e := picture.Encoded{Type: "image/jpeg", Side: int(binary.BigEndian.Uint16(b[1:]))}
		if b[0] == 'p' {
			e.Type = "image/png"
		}
		n := int64(binary.BigEndian.Uint32(b[3:]))
		if n > int64(len(b)-head) || len(d.sizes) == len(pictureSizes) {
			return drawn{}, errDrawn
		}
		e.Body = append([]byte(nil), b[head:head+n]...)
		d.sizes = append(d.sizes, e)
		b = b[head+n:]
	}
	if n := len(d.sizes); n != 0 && n != len(pictureSizes) {
		return drawn{}, errDrawn
	}
	return d, nil
}

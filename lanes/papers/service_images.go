package papers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/blob"
	"github.com/hotlane/hotlane/platform/picture"
)

// Upload takes a picture for a note, as its author sent it, and keeps it encoded anew: upright, small, without anything else that was in
// the file. Errors: as of enter; ErrReadOnly, ErrClosed, ErrImage, ErrImageType, ErrImageSize, ErrImages, ErrTooMany.
func (s *Service) Upload(ctx context.Context, by Caller, link string, file []byte) (*Image, error) {
	if err := s.limit(ctx, "upload", by, s.cfg.Upload); err != nil {
		return nil, err
	}
	a, err := s.enter(ctx, by, link)
	switch {
	case err != nil:
		return nil, err
	case a.role == board.Reader:
		return nil, ErrReadOnly
	case a.over:
		return nil, ErrClosed
	}
	made, err := s.picture(ctx, file)
	if err != nil {
		return nil, err
	}
	name := s.keys.image(a.ID, made.Body, made.Width, made.Height)
	if err := s.store.Loosen(ctx, a.ID, s.now()); err != nil { // before it is there: so that it does not stay when nothing shows it
		return nil, err
	}
	_, err = s.images.Put(ctx, blob.Key{Group: a.ID, ID: imageID(name)}, made.Type, bytes.NewReader(made.Body))
	if errors.Is(err, blob.ErrFull) {
		return nil, ErrImages
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.store.Paper(ctx, a.ID); err != nil { // erased since: nothing of it may stay
		return nil, errors.Join(err, s.images.DeleteGroup(ctx, a.ID))
	}
	s.metrics.images.Inc()
	return &Image{
		Image: name, Type: made.Type, Width: made.Width, Height: made.Height, Bytes: len(made.Body), URL: imagePath(link, name), Author: s.authorOf(a, &by),
	}, nil
}

func imagePath(link, name string) string { return apiPath + "/" + link + "/images/" + name }

// picture makes one for keeping. Decoding waits for memory.
func (s *Service) picture(ctx context.Context, file []byte) (picture.Encoded, error) {
	limits := picture.Limits{Pixels: s.cfg.Images.MaxPixels, Memory: s.cfg.Images.Memory}
	head, err := picture.Inspect(file, limits)
	if err == nil {
		if err := s.memory.Acquire(ctx, head.Memory); err != nil {
			return picture.Encoded{}, err
		}
		defer s.memory.Release(head.Memory)
		var made picture.Encoded
		if made, err = picture.Fit(file, s.cfg.Images.Side, s.cfg.Images.KeepBytes, limits); err == nil {
			return made, nil
		}
	}
	switch {
	case errors.Is(err, picture.ErrFormat):
		return picture.Encoded{}, ErrImageType.Because(err)
	case errors.Is(err, picture.ErrTooLarge):
		return picture.Encoded{}, ErrImageSize.Because(err)
	case errors.Is(err, picture.ErrBroken):
		return picture.Encoded{}, ErrImage.Because(err)
	}
	return picture.Encoded{}, err
}

// Image opens a picture of a paper; whoever asks closes it. Errors: as of enter; ErrNoImage.
func (s *Service) Image(ctx context.Context, by Caller, link, name string) (io.ReadCloser, blob.Info, error) {
	a, err := s.enter(ctx, by, link)
	if err != nil {
		return nil, blob.Info{}, err
	}
	return s.openImage(ctx, a.ID, name)
}

func (s *Service) openImage(ctx context.Context, paper, name string) (io.ReadCloser, blob.Info, error) {
	if !s.keys.isImage(paper, name) {
		return nil, blob.Info{}, ErrNoImage
	}
	r, info, err := s.images.Open(ctx, blob.Key{Group: paper, ID: imageID(name)})
	if errors.Is(err, blob.ErrNone) {
		err = ErrNoImage
	}
	return r, info, err
}

// tidyImages removes the pictures of a paper that no note shows. On an open one those that are new stay: somebody is about to show them.
func (s *Service) tidyImages(ctx context.Context, r *record) error {
	if err := s.store.Tighten(ctx, r.ID); err != nil {
		return err
	}
	kept, err := s.images.List(ctx, r.ID)
	if err != nil || len(kept) == 0 {
		return err
	}
	shown, err := s.shown(ctx, r)
	if err != nil {
		return err
	}
	var fresh time.Time
	for _, one := range kept {
		switch {
		case shown[one.ID]:
		case r.Paper.State == board.Open && one.Kept.After(s.now().Add(-loosened)):
			fresh = one.Kept
		default:
			if err := s.images.Delete(ctx, one.Key); err != nil {
				return err
			}
		}
	}
	if !fresh.IsZero() {
		return s.store.Loosen(ctx, r.ID, fresh)
	}
	return nil
}

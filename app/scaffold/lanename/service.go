package lanename

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hotlane/hotlane/platform/fault"
)

// Caller is who asks.
type Caller struct {
	ID    string
	Admin bool
}

// Store is what the rules need kept.
type Store interface {
	// Add keeps a new note and says its ID, which is higher than all before it. Error: ErrTooMany when its owner has most already.
	Add(ctx context.Context, n Note, most int) (id int64, err error)
	// Note is one of them. Error: ErrNotFound.
	Note(ctx context.Context, id int64) (Note, error)
	// Before lists the notes below an ID, the newest first.
	Before(ctx context.Context, id int64, limit int) ([]Note, error)
	// Edit changes the text of one. Error: ErrNotFound.
	Edit(ctx context.Context, id int64, text string, at time.Time) error
	// Delete forgets one. Error: ErrNotFound.
	Delete(ctx context.Context, id int64) error
}

// Service is the rules. It knows neither HTTP nor SQL.
type Service struct {
	cfg   Config
	now   func() time.Time
	store Store
}

// Write keeps a new note. Errors: ErrInvalid, ErrTooMany.
func (s *Service) Write(ctx context.Context, by Caller, text string) (Note, error) {
	text, err := s.text(text)
	if err != nil {
		return Note{}, err
	}
	n := Note{Owner: by.ID, Text: text, Written: s.now()}
	n.ID, err = s.store.Add(ctx, n, s.cfg.PerOwner)
	return n, err
}

// Edit gives a note another text. Errors: ErrInvalid, ErrNotFound, ErrNotYours.
func (s *Service) Edit(ctx context.Context, by Caller, id int64, text string) (Note, error) {
	text, err := s.text(text)
	if err != nil {
		return Note{}, err
	}
	n, err := s.changeable(ctx, by, id)
	if err != nil {
		return Note{}, err
	}
	n.Text, n.Edited = text, s.now()
	return n, s.store.Edit(ctx, id, n.Text, n.Edited)
}

// Delete forgets a note. Errors: ErrNotFound, ErrNotYours.
func (s *Service) Delete(ctx context.Context, by Caller, id int64) error {
	if _, err := s.changeable(ctx, by, id); err != nil {
		return err
	}
	return s.store.Delete(ctx, id)
}

// changeable is a note that the caller may change. Whose it is never changes, so what it says still holds when the change is made.
func (s *Service) changeable(ctx context.Context, by Caller, id int64) (Note, error) {
	n, err := s.store.Note(ctx, id)
	if err != nil {
		return Note{}, err
	}
	if !by.Admin && n.Owner != by.ID {
		return Note{}, ErrNotYours
	}
	return n, nil
}

// text is what is kept of a text: what stands around it is not.
func (s *Service) text(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 1 || n > s.cfg.MaxText {
		return "", ErrInvalid.With(fault.Field{Pointer: "/text", Rule: fmt.Sprintf("must have 1 to %d characters", s.cfg.MaxText)})
	}
	return text, nil
}

package profiles

import "context"

// Service is the rules of the lane.
type Service struct{}

// ByUsername is the profile that a source has under a username. Errors: ErrSource, ErrName, ErrNotFound, ErrLater, ErrUpstream.
func (s *Service) ByUsername(ctx context.Context, source, username string) (*Profile, error) {
	return nil, ErrNotFound
}

// ByID is the profile that a source has under an id. Errors as of ByUsername.
func (s *Service) ByID(ctx context.Context, source, id string) (*Profile, error) {
	return nil, ErrNotFound
}

type entry struct{}

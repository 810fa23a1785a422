package cachetest

import "github.com/hotlane/hotlane/platform/cache"

// Shared is a store of this process's memory that several caches of one test use as nodes use Redis.
func Shared(s cache.Store) cache.Store { return shared{s} }

type shared struct{ cache.Store }

func (shared) Shared() bool { return true }

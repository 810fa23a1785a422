// Package profiles answers with the profiles of people as a third party has them, from a cache that outlives that party's outages.
package profiles

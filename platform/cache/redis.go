package cache

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/redis/rueidis"
)

// redis is a Store in Redis or Valkey: one server, Sentinel or Cluster. Each call is one round trip, pipelined with those of other
// goroutines on one connection a node, so that commands take effect in the order in which they were given, also those whose
// caller left.
type redis struct {
	link    *link
	prefix  string
	timeout time.Duration
	scripts scripts
	now     string // microseconds that buckets take for the time; -1: the server's clock
}

func newRedis(cfg Config, opt rueidis.ClientOption, deps Deps) *redis {
	return &redis{link: newLink(opt, cfg.Timeout, deps), prefix: cfg.Prefix, timeout: cfg.Timeout, scripts: newScripts(), now: "-1"}
}

// The kinds of keys. All that belongs to one key is in one slot of a Cluster: the braces hold what is hashed, which ends with the
// first brace in the key, for all kinds alike.
const (
	kindValue  = "v"
	kindCount  = "c"
	kindBucket = "b"
	kindLock   = "l"
	kindClaim  = "f"
)

func (r *redis) key(kind, key string) string { return r.prefix + kind + "{:" + key + "}" }

func (r *redis) script(ctx context.Context, script *rueidis.Lua, keys []string, args ...string) (rueidis.RedisResult, error) {
	return r.link.do(ctx, func(ctx context.Context, c rueidis.Client) rueidis.RedisResult {
		return script.Exec(ctx, c, keys, args)
	})
}

func millis(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func (r *redis) Get(ctx context.Context, key string) (value []byte, ok bool, err error) {
	if err := check(ctx, key); err != nil {
		return nil, false, err
	}
	answer, err := r.link.do(ctx, func(ctx context.Context, c rueidis.Client) rueidis.RedisResult {
		return c.Do(ctx, c.B().Get().Key(r.key(kindValue, key)).Build())
	})
	if err != nil || rueidis.IsRedisNil(answer.Error()) {
		return nil, false, err
	}
	value, err = answer.AsBytes()
	return value, err == nil, unavailable(err)
}

func (r *redis) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := check(ctx, key); err != nil {
		return err
	}
	if err := checkValue(value, ttl); err != nil {
		return err
	}
	return r.link.doAll(ctx, func(c rueidis.Client) rueidis.Commands {
		return rueidis.Commands{
			c.B().Unlink().Key(r.key(kindClaim, key)).Build(),
			c.B().Set().Key(r.key(kindValue, key)).Value(string(value)).PxMilliseconds(millis(ttl)).Build(),
		}
	})
}

// deleteAtOnce is how many keys one round trip deletes.
const deleteAtOnce = 500

func (r *redis) Delete(ctx context.Context, keys ...string) error {
	if len(keys) > MaxKeys {
		return ErrTooLarge
	}
	for _, key := range keys {
		if err := check(ctx, key); err != nil {
			return err
		}
	}
	for len(keys) > 0 {
		now := keys[:min(len(keys), deleteAtOnce)]
		keys = keys[len(now):]
		err := r.link.doAll(ctx, func(c rueidis.Client) rueidis.Commands {
			all := make(rueidis.Commands, 0, len(now))
			for _, key := range now {
				all = append(all, c.B().Unlink().Key(r.key(kindValue, key), r.key(kindCount, key), r.key(kindBucket, key), r.key(kindClaim, key)).Build())
			}
			return all
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *redis) Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error) {
	if err := check(ctx, key); err != nil {
		return 0, err
	}
	if err := checkTTL(ttl); err != nil {
		return 0, err
	}
	if err := checkCount(n); err != nil {
		return 0, err
	}
	answer, err := r.script(ctx, r.scripts.add, []string{r.key(kindCount, key)}, decimal(n), decimal(millis(ttl)), decimal(MaxCount))
	if err != nil {
		return 0, err
	}
	if rueidis.IsRedisNil(answer.Error()) {
		return 0, ErrCount
	}
	sum, err := answer.AsInt64()
	return sum, unavailable(err)
}

func (r *redis) Take(ctx context.Context, key string, b Bucket, n int) (Taken, error) {
	if err := check(ctx, key); err != nil {
		return Taken{}, err
	}
	if !b.allows(n) {
		return Taken{}, ErrBucket
	}
	answer, err := r.script(ctx, r.scripts.take, []string{r.key(kindBucket, key)},
		strconv.FormatFloat(b.Rate, 'g', -1, 64), strconv.Itoa(b.Burst), strconv.Itoa(n), r.now)
	if err != nil {
		return Taken{}, err
	}
	wait, err := answer.AsInt64()
	if err != nil {
		return Taken{}, unavailable(err)
	}
	return Taken{OK: wait == 0, Wait: time.Duration(wait) * time.Microsecond}, nil
}

func (r *redis) Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error) {
	h, ok, err := r.hold(ctx, kindLock, key, ttl)
	if !ok || err != nil {
		return nil, false, err
	}
	return h.Release, true, nil
}

func (r *redis) Claim(ctx context.Context, key string, ttl time.Duration) (claim Claim, ok bool, err error) {
	h, ok, err := r.hold(ctx, kindClaim, key, ttl)
	if !ok || err != nil {
		return nil, false, err
	}
	return h, true, nil
}

func (r *redis) hold(ctx context.Context, kind, key string, ttl time.Duration) (h *redisHold, ok bool, err error) {
	if err := check(ctx, key); err != nil {
		return nil, false, err
	}
	if err := checkTTL(ttl); err != nil {
		return nil, false, err
	}
	h = &redisHold{r: r, kind: kind, key: key, token: rand.Text()}
	answer, err := r.link.do(ctx, func(ctx context.Context, c rueidis.Client) rueidis.RedisResult {
		return c.Do(ctx, c.B().Set().Key(r.key(kind, key)).Value(h.token).Nx().PxMilliseconds(millis(ttl)).Build())
	})
	return h, err == nil && !rueidis.IsRedisNil(answer.Error()), err
}

// redisHold is a lock or a claim that was had at least once.
type redisHold struct {
	r                *redis
	kind, key, token string
}

func (h *redisHold) Set(ctx context.Context, value []byte, ttl time.Duration) (kept bool, err error) {
	if err := checkValue(value, ttl); err != nil {
		return false, err
	}
	answer, err := h.r.script(ctx, h.r.scripts.fill, []string{h.r.key(h.kind, h.key), h.r.key(kindValue, h.key)},
		h.token, string(value), decimal(millis(ttl)))
	if err != nil {
		return false, err
	}
	n, err := answer.AsInt64()
	return n == 1, unavailable(err)
}

// Release does not say when it fails: what is held ends by itself.
func (h *redisHold) Release() {
	_, _ = h.r.script(context.Background(), h.r.scripts.free, []string{h.r.key(h.kind, h.key)}, h.token)
}

func (r *redis) Shared() bool { return true }

func (r *redis) Close() error {
	r.link.close()
	return nil
}

-- Takes ARGV[3] tokens from a bucket that gains ARGV[1] a second and holds ARGV[2]: 0, or the microseconds until it could. The time is
-- ARGV[4], or the server's where that is negative. bucket.go computes the same.
local rate, burst, n, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if now < 0 then
	local t = redis.call('TIME')
	now = tonumber(t[1]) * 1000000 + tonumber(t[2])
end

local function keep(tokens)
	local ttl = math.ceil((burst - tokens) / rate * 1000) + 1
	redis.call('SET', KEYS[1], string.format('%.17g %.0f', tokens, now), 'PX', string.format('%.0f', ttl))
end

local tokens, at = burst, now
local kept = redis.call('GET', KEYS[1])
if kept then
	local t, a = string.match(kept, '^(%S+) (%S+)$')
	tokens, at = math.min(burst, tonumber(t)), tonumber(a)
end
local back = at > now -- the clock was set back: time goes on from there
if back then
	at = now
end

local have = math.min(burst, tokens + (now - at) * rate / 1e6)
if have >= n then
	keep(have - n)
	return 0
end
if back then
	keep(tokens)
end
local elapsed = math.ceil((n - tokens) / rate * 1e6)
if math.min(burst, tokens + elapsed * rate / 1e6) < n then -- rounding
	elapsed = elapsed + 1
elseif math.min(burst, tokens + (elapsed - 1) * rate / 1e6) >= n then
	elapsed = elapsed - 1
end
return elapsed - (now - at)

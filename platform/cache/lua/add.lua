-- Adds ARGV[1] to a counter, whose time of ARGV[2] ms begins with the first; nil when it would be more than ARGV[3] from 0.
local kept = redis.call('GET', KEYS[1])
local sum = tonumber(kept or '0') + tonumber(ARGV[1])
if math.abs(sum) > tonumber(ARGV[3]) then
	return nil
end
if kept then
	return redis.call('INCRBY', KEYS[1], ARGV[1])
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return tonumber(ARGV[1])

-- Sets the value KEYS[2] to ARGV[2] for ARGV[3] ms and ends the claim KEYS[1], if it is still held by ARGV[1].
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	return 0
end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1

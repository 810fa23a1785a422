-- Ends the lock or claim KEYS[1], if it is still held by ARGV[1].
if redis.call('GET', KEYS[1]) == ARGV[1] then
	return redis.call('DEL', KEYS[1])
end
return 0

-- GET for wrk of one profile (PROFILES=1) or of several in turn, from a random one on.
local requests, n = {}, 0

function init(args)
	math.randomseed(tonumber(args[1]) or 1)
	for i = 0, tonumber(os.getenv("PROFILES")) - 1 do
		requests[#requests + 1] = wrk.format("GET", "/v1/profiles/people/person" .. i)
	end
	n = math.random(#requests)
end

function request()
	n = n % #requests + 1
	return requests[n]
end

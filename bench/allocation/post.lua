-- POST /v1/allocations for wrk: the bodies of the file that BODIES names, a line each, from a random one on.
local requests, n = {}, 0

function init(args)
	math.randomseed(tonumber(args[1]) or 1)
	for body in io.lines(os.getenv("BODIES")) do
		requests[#requests + 1] = wrk.format("POST", "/v1/allocations", { ["Content-Type"] = "application/json" }, body)
	end
	n = math.random(#requests)
end

function request()
	n = n % #requests + 1
	return requests[n]
end

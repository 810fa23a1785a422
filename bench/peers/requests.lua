-- Requests for wrk: a lock screen's unlocks, of 100,000 users with their own attributes.
local cities = { "서울", "부산", "인천", "대구", "대전", "광주", "수원", "제주" }
local interests = { "cafe", "food", "beauty", "fashion", "travel", "game", "finance", "health", "pet", "book" }
local versions = { "4.9.0", "5.0.0", "5.1.3", "5.2.0", "5.10.0" }
local carriers = { "SKT", "KT", "MVNO" }
local path = "/api/v1/lockscreen/allocation/?placement=lock&count=4&country=KR&language=ko"

local function escape(s)
	return (s:gsub("[^%w%-%.]", function(c) return string.format("%%%02X", c:byte()) end))
end

function init(args)
	math.randomseed(tonumber(args[1]) or 1)
end

function request()
	local user = math.random(100000)
	local android = user % 4 > 0
	return wrk.format("GET", path .. "&user=u" .. user
		.. "&os=" .. (android and "android" or "ios")
		.. "&device=" .. (android and "galaxy-s" or "iphone")
		.. "&app_version=" .. versions[user % #versions + 1]
		.. "&age=" .. (14 + user % 50)
		.. "&gender=" .. (user % 2 == 0 and "f" or "m")
		.. "&city=" .. escape(cities[user % #cities + 1])
		.. "&carrier=" .. carriers[user % #carriers + 1]
		.. "&network=" .. (user % 3 == 0 and "lte" or "wifi")
		.. "&interests=" .. interests[user % #interests + 1] .. "," .. interests[user % 7 + 1])
end

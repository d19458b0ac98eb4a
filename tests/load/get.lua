-- GET of one of many certificates, with a token. IDS and TOKEN are files named by the environment.
local ids, n = {}, 0
for line in io.lines(os.getenv("LOAD_IDS")) do n = n + 1; ids[n] = line end
local prefix = os.getenv("LOAD_PREFIX")
local token = os.getenv("LOAD_TOKEN")
local headers = { ["Authorization"] = "Bearer " .. token }
local i = 0
request = function()
  i = i % n + 1
  return wrk.format("GET", prefix .. ids[i], headers)
end

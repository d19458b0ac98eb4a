-- POST of one of many searches, with a token: a read, so no key.
local bodies, n = {}, 0
for line in io.lines(os.getenv("LOAD_BODIES")) do n = n + 1; bodies[n] = line end
local path = os.getenv("LOAD_PATH")
local headers = {
  ["Authorization"] = "Bearer " .. os.getenv("LOAD_TOKEN"),
  ["Content-Type"] = "application/json",
}
local i = 0
request = function()
  i = i % n + 1
  return wrk.format("POST", path, headers, bodies[i])
end

-- POST of a vacancy, each under a key of its own.
local token = os.getenv("LOAD_TOKEN")
local path = os.getenv("LOAD_PREFIX")
local body = os.getenv("LOAD_BODY")
local run = os.getenv("LOAD_RUN")
local i = 0
request = function()
  i = i + 1
  local headers = {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = string.format("load-%s-%012d", run, i),
  }
  return wrk.format("POST", path, headers, body)
end

-- Takes a command out of one bucket again, because a later bucket refused it.
--
-- KEYS 1 the bucket (as in reserve.lua)
-- ARGV 1 command id, 2 the now at which it was counted, 3 JSON of the bucket
-- Answer nothing
--
-- Atomic because a count that went to zero or was released meanwhile must not go below zero.

local bucket, now = cjson.decode(ARGV[3]), tonumber(ARGV[2])
if bucket.exact then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return
end

local done = {}
for _, window in ipairs(bucket.windows) do
  local size = math.ceil(window.ms / 20)
  local field = size .. ':' .. math.floor(now / size)
  local count = tonumber(redis.call('HGET', KEYS[1], field) or '0')
  if count > 0 and not done[size] then redis.call('HINCRBY', KEYS[1], field, -1) end
  done[size] = true
end

-- Keeps a value under a field if its rank is above the one kept.
--
-- KEYS 1 the notes (hash: field -> '<rank> <expiresAt> <value>')
-- ARGV 1 now, 2 field, 3 rank, 4 value, 5 time to live in ms
-- Answer 1 if the value was kept, 0 if one of the same or a higher rank stays
--
-- Atomic because a lower rank must not overwrite a higher one that came between reading and writing.

local now, rank, ttl = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[5])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local stored = redis.call('HGET', KEYS[1], ARGV[2])
if stored then
  local kept, expires_at = string.match(stored, '^(%S+) (%S+) ')
  if tonumber(expires_at) > now and tonumber(kept) >= rank then return 0 end
end

-- A field's own end is in its value; the key as a whole lives as long as the field that ends last.
local ends_in = redis.call('PTTL', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3] .. ' ' .. string.format('%.0f', now + ttl) .. ' ' .. ARGV[4])
if ends_in < ttl + margin then redis.call('PEXPIRE', KEYS[1], ttl + margin) end
return 1

-- Asks for the right to act: granted to one owner at a time.
--
-- KEYS 1 the lease (hash: owner and until of the last grant, next = number of the next attempt, done and value once
--      finished, forgetAt)
-- ARGV 1 now, 2 owner, 3 ms to hold, 4 ms after which an untouched lease is forgotten
-- Answer {'granted', attempt} | {'held', until} | {'done', value}
--
-- Atomic because two who find the lease free at the same moment must not both get it.

local now, ms, forget = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local stored = redis.call('HMGET', KEYS[1], 'owner', 'until', 'next', 'done', 'value', 'forgetAt')
local known = tonumber(stored[6] or '0') > now
local owner, held_until, attempt = '', 0, 1
if known then
  if stored[4] == '1' then return { 'done', stored[5] } end
  owner, held_until, attempt = stored[1], tonumber(stored[2]), tonumber(stored[3])
end
if held_until > now then
  if owner ~= ARGV[2] then return { 'held', held_until } end
  attempt = attempt - 1
end

local forget_at = now + math.max(forget, ms)
redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'until', now + ms, 'next', attempt + 1, 'done', '0', 'forgetAt', forget_at)
redis.call('PEXPIRE', KEYS[1], forget_at - now + margin)
return { 'granted', attempt }

-- Puts back what is known of leases: how they ended, or that they may have been held.
--
-- KEYS the leases (hashes, as in lease.lua), all of one bucket
-- ARGV 1 now, then for each lease: 'done' or 'begun', its value, ms since 1970 at which it is forgotten
-- Answer nothing
--
-- Stands behind the guard. A lease that may have been held is free, as the second attempt: whoever gets it knows that the
-- first one's outcome is not known. One that is there and not done knows better.

local now = tonumber(ARGV[1])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
for i, key in ipairs(KEYS) do
  local at = 3 * i - 1
  local done, forget_at = ARGV[at] == 'done', tonumber(ARGV[at + 2])
  local stored = redis.call('HMGET', key, 'done', 'forgetAt')
  local known = tonumber(stored[2] or '0') > now
  if forget_at > now and not (known and (stored[1] == '1' or not done)) then
    redis.call('HSET', key, 'owner', '', 'until', 0, 'next', 2, 'done', done and '1' or '0', 'value', ARGV[at + 1],
      'forgetAt', ARGV[at + 2])
    redis.call('PEXPIRE', key, forget_at - now + margin)
  end
end

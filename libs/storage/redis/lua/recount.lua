-- Counts commands in exact limits once more, and forgets there what was counted before a release.
--
-- KEYS the limits (zsets, as in reserve.lua), all of one bucket
-- ARGV 1 now, then for each limit: ms for which a member counts, ms since 1970 of its last release, the number of members,
--      and for each of them when it was counted and its command id
-- Answer nothing
--
-- Stands behind the guard. A member that is there keeps its own time: it was counted a little before its event was made.

-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local at = 2
for _, key in ipairs(KEYS) do
  local kept, released, count = tonumber(ARGV[at]), ARGV[at + 1], tonumber(ARGV[at + 2])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. released)
  for i = at + 3, at + 2 + 2 * count, 2 do redis.call('ZADD', key, 'NX', ARGV[i], ARGV[i + 1]) end
  redis.call('PEXPIRE', key, kept + margin)
  at = at + 3 + 2 * count
end

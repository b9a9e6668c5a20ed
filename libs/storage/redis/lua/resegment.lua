-- Fills limits that are counted in segments.
--
-- KEYS the limits (hashes, as in reserve.lua), all of one bucket
-- ARGV 1 'all' if the counts are all there were, 'more' if they come on top of what is there; then for each limit: ms for
--      which a segment counts, the number of segments, and for each of them '<segment ms>:<number>' and its count
-- Answer nothing
--
-- Stands behind the guard.

-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local at = 2
for _, key in ipairs(KEYS) do
  local kept, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  for i = at + 2, at + 1 + 2 * count, 2 do
    local there, counted = tonumber(redis.call('HGET', key, ARGV[i]) or '0'), tonumber(ARGV[i + 1])
    redis.call('HSET', key, ARGV[i], ARGV[1] == 'all' and math.max(there, counted) or there + counted)
  end
  redis.call('PEXPIRE', key, kept + margin)
  at = at + 2 + 2 * count
end

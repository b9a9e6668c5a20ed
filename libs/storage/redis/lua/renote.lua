-- Notes many things at once, each as note.lua does.
--
-- KEYS the notes, all of one bucket; one may come several times
-- ARGV 1 now, then for each note: field, rank, ms since 1970 of its end, value
-- Answer nothing
--
-- Stands behind the guard.

local now = tonumber(ARGV[1])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
for i, key in ipairs(KEYS) do
  local at = 4 * i - 2
  local field, rank, ends_at = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local kept, expires_at = string.match(redis.call('HGET', key, field) or '', '^(%S+) (%S+) ')
  local stays = kept and tonumber(expires_at) > now and tonumber(kept) >= rank
  if ends_at > now and not stays then
    local ends_in = redis.call('PTTL', key)
    redis.call('HSET', key, field, ARGV[at + 1] .. ' ' .. ARGV[at + 2] .. ' ' .. ARGV[at + 3])
    if ends_in < ends_at - now + margin then redis.call('PEXPIRE', key, ends_at - now + margin) end
  end
end

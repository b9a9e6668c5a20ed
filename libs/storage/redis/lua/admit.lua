-- Opens buckets whose records, limits and notes are complete again.
--
-- KEYS three for each bucket: its fence, its beat, its restorer
-- ARGV 1 who restored them
-- Answer the number of buckets that are open now
--
-- Stands behind the guard, which refuses if another server is here than the one that was restored. Atomic because whoever
-- lost its right to restore must open nothing: another one may be in the middle of it.

local id = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local time = redis.call('TIME')
local open = 0
for i = 1, #KEYS, 3 do
  if redis.call('GET', KEYS[i + 2]) == ARGV[1] then
    redis.call('SET', KEYS[i], id)
    redis.call('SET', KEYS[i + 1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
    redis.call('DEL', KEYS[i + 2])
    open = open + 1
  end
end
return open

-- Tells which buckets may be relied on, and says of these that it was so at this moment; takes the others for one restorer.
--
-- KEYS three for each bucket: its fence, its beat, its restorer
-- ARGV 1 who asks ('' = nobody, who only looks), 2 ms for which a bucket is taken, 3 ms between two beats
-- Answer {the server's replication id, then for each bucket 'open', 'held' or 'taken', and its beat in ms or ''}
--
-- Atomic because a beat may only be written where the fence holds: it says that whatever was committed before it is in
-- every copy of this data that has the beat. Its time is the server's own, as that of the log is the broker's.

local replication = redis.call('INFO', 'replication')
if not string.find(replication, 'role:master', 1, true) then return redis.error_reply('READONLY this is a replica') end
local id = string.match(replication, 'master_replid:(%x+)')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local answer = { id }
for i = 1, #KEYS, 3 do
  local beat = redis.call('GET', KEYS[i + 1]) or ''
  local state = 'open'
  if redis.call('GET', KEYS[i]) == id then
    if ARGV[1] ~= '' and now - (tonumber(beat) or 0) >= tonumber(ARGV[3]) then
      redis.call('SET', KEYS[i + 1], string.format('%.0f', now))
    end
  else
    local restorer = redis.call('GET', KEYS[i + 2])
    state = restorer and restorer ~= ARGV[1] and 'held' or 'taken'
    if state == 'taken' and ARGV[1] ~= '' then redis.call('SET', KEYS[i + 2], ARGV[1], 'PX', ARGV[2]) end
  end
  answer[#answer + 1] = state
  answer[#answer + 1] = beat
end
return answer

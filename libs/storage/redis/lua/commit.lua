-- Makes one decision durable if the record's head is still the one it was based on.
--
-- KEYS 1 the record (hash), 2 the unlogged set of its bucket (zset by ms); both in one slot
-- ARGV 1 subject, 2 now, 3 base head ('' = no record), 4 new head, 5 life, 6 version, 7 salt, 8 document, 9 expiresAt,
--      then a version and a JSON text for each new event
-- Answer {'conflict'}
--        {'committed', older unlogged events in order of version ...}, to be followed by the new ones
--        {'repeated', all unlogged events in order of version ...}: this commit is in the record already
--
-- Atomic because of racing commits on one head exactly one may win, and because a record must never hold events
-- that its bucket's set doesn't know: nobody would publish them.

local record, unlogged = KEYS[1], KEYS[2]
local now = tonumber(ARGV[2])

local function waiting()
  local versions, events = {}, {}
  for _, field in ipairs(redis.call('HKEYS', record)) do
    if string.sub(field, 1, 2) == 'e:' then versions[#versions + 1] = tonumber(string.sub(field, 3)) end
  end
  table.sort(versions)
  for i, version in ipairs(versions) do events[i] = redis.call('HGET', record, 'e:' .. version) end
  return events
end

local function answer(kind, events)
  table.insert(events, 1, kind)
  return events
end

local stored = redis.call('HMGET', record, 'head', 'expiresAt')
local head, expires_at = stored[1] or '', tonumber(stored[2] or '0')

-- A commit sent again after its first answer was lost: it can't conflict with itself.
if head == ARGV[4] then return answer('repeated', waiting()) end

local older = waiting()
if expires_at > 0 and expires_at <= now and #older == 0 then head = '' end
if head ~= ARGV[3] then return { 'conflict' } end

local fields = {
  'head', ARGV[4], 'life', ARGV[5], 'version', ARGV[6],
  'salt', ARGV[7], 'document', ARGV[8], 'expiresAt', ARGV[9],
}
for i = 10, #ARGV, 2 do
  fields[#fields + 1] = 'e:' .. ARGV[i]
  fields[#fields + 1] = ARGV[i + 1]
end
-- The one write that needs memory comes first: when Redis is full the script ends here and nothing is changed.
redis.call('HSET', record, unpack(fields))
redis.call('PERSIST', record)
redis.call('ZADD', unlogged, 'NX', now, ARGV[1])
return answer('committed', older)

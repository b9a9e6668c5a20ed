-- Takes events off the record once the log has acknowledged them.
--
-- KEYS 1 the record (hash), 2 the unlogged set and 3 the erased set of its bucket (zsets by ms); all in one slot
-- ARGV 1 subject, 2 now, then a version and a hash for each event
-- Answer 1 if the last event named was there (as one that waited, as the newest, or before an erasure), 0 if nothing shows it
--
-- Atomic because between the comparison and the removal another life could put its own event under the same version,
-- because the time to live may only be set while nothing waits, and because an erased record must not go without being
-- known as such: nobody would tell of it again.

local record, unlogged, erased = KEYS[1], KEYS[2], KEYS[3]
local now = tonumber(ARGV[2])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000

local held = #ARGV == 2 or redis.call('HGET', record, 'head') == ARGV[#ARGV]
for i = 3, #ARGV, 2 do
  local field = 'e:' .. ARGV[i]
  local event = redis.call('HGET', record, field)
  -- Inside a JSON string every quote is escaped, so this text can only be the event's own member.
  if event and string.find(event, '"hash":"' .. ARGV[i + 1] .. '"', 1, true) then
    redis.call('HDEL', record, field)
    held = held or i == #ARGV - 1
  end
end

local waiting = 0
for _, field in ipairs(redis.call('HKEYS', record)) do
  if string.sub(field, 1, 2) == 'e:' then waiting = waiting + 1 end
end
if redis.call('EXISTS', record) == 0 and redis.call('ZSCORE', erased, ARGV[1]) then held = true end
if waiting > 0 then return held and 1 or 0 end

redis.call('ZREM', unlogged, ARGV[1])
local stored = redis.call('HMGET', record, 'expiresAt', 'salt', 'document')
local expires_at = tonumber(stored[1] or '0')
if stored[2] == '' and stored[3] == '' then
  redis.call('ZADD', erased, now, ARGV[1])
  redis.call('DEL', record)
elseif expires_at == 0 then
  redis.call('PERSIST', record)
elseif expires_at <= now then
  redis.call('DEL', record)
else
  redis.call('PEXPIRE', record, expires_at - now + margin)
end
return held and 1 or 0

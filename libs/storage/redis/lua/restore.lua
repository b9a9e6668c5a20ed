-- Puts records to where the log says they are.
--
-- KEYS 1 and 2 the unlogged and the erased set of the bucket, 3 its fence, then the records
-- ARGV 1 now, then for each record: subject, head ('' = it is erased), life, version, salt, document, expiresAt,
--      ms since 1970 of the erasure
-- Answer the number of records written
--
-- Stands behind the guard. Atomic because a bucket that was opened meanwhile goes on by itself: putting a record back to
-- where the log was would take from it what was decided since.

local now = tonumber(ARGV[1])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local id = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
if redis.call('GET', KEYS[3]) == id then return 0 end

for i = 4, #KEYS do
  local at = (i - 4) * 8 + 1
  local subject, head, expires_at = ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 7])
  -- What it held untold is in the log or was never answered: the log has another event in its place.
  redis.call('DEL', KEYS[i])
  redis.call('ZREM', KEYS[1], subject)
  if head == '' then
    redis.call('ZADD', KEYS[2], ARGV[at + 8], subject)
  else
    redis.call('HSET', KEYS[i], 'head', head, 'life', ARGV[at + 3], 'version', ARGV[at + 4], 'salt', ARGV[at + 5],
      'document', ARGV[at + 6], 'expiresAt', ARGV[at + 7])
    if expires_at > 0 then redis.call('PEXPIRE', KEYS[i], math.max(expires_at - now, 0) + margin) end
  end
end
return #KEYS - 3

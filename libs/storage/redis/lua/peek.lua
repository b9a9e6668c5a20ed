-- Looks at records that are being restored.
--
-- KEYS the records, all of one bucket
-- ARGV 1 '1' for whole records, '0' for head, life, version and salt alone
-- Answer for each record a list of fields and values in turn, empty if it is not there
--
-- Stands behind the guard.

local answer = {}
for i, record in ipairs(KEYS) do
  if ARGV[1] == '1' then
    answer[i] = redis.call('HGETALL', record)
  else
    local stored = redis.call('HMGET', record, 'head', 'life', 'version', 'salt')
    answer[i] = stored[1] and { 'head', stored[1], 'life', stored[2], 'version', stored[3], 'salt', stored[4] } or {}
  end
end
return answer

-- Stands before every script that relies on what this server holds: a server that may have lost data is not asked.
--
-- KEYS the script's own, then the fences of the buckets they are in
-- ARGV the script's own, then the number of fences, then the replication id of the server that is being restored ('' = none)
-- Answer the script's, or the error FENCED or READONLY
--
-- A master draws a new replication id at each start and at each promotion. A bucket's fence is the id of the server that
-- was known to be complete, so it differs wherever something may be missing. Both are read in the step that relies on
-- them, so no client can know an old one. What restores does not rely on fences, but it must not fill another server than it looked at.

do
  local restoring = table.remove(ARGV)
  local fences = tonumber(table.remove(ARGV))
  local replication = redis.call('INFO', 'replication')
  if not string.find(replication, 'role:master', 1, true) then return redis.error_reply('READONLY this is a replica') end
  local id = string.match(replication, 'master_replid:(%x+)')
  if restoring ~= '' and restoring ~= id then return redis.error_reply('FENCED another server is here now') end
  for _ = 1, fences do
    local fence = table.remove(KEYS)
    if restoring == '' and redis.call('GET', fence) ~= id then return redis.error_reply('FENCED data may be missing') end
  end
end


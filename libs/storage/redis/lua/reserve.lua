-- Counts one command in all the buckets, or in none if one of them refuses.
--
-- KEYS one per bucket: an exact one is a zset (command id by ms), another a hash ('<segment ms>:<number>' -> count)
-- ARGV 1 command id, 2 now, 3 JSON list of the buckets {exact, windows: [{ms, max}], gap?: {firstMs, quietMs}},
--      4 'peek' to answer for a command that is known to be counted
-- Answer {'refused', position of the first bucket that refuses, ms until it would take one}
--        {'counted', earliest ms at which every exact bucket takes one more, what their windows still hold (-1 = no limit)}
--
-- Atomic because two commands must not both take the last place, and a refused one must take none. A cluster can't
-- reach several buckets at once: there it is called for one bucket at a time.

local command, now, buckets = ARGV[1], tonumber(ARGV[2]), cjson.decode(ARGV[3])
local segments_per_window = 20
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000

-- The pause demanded after the members of the running row, as the moment it ends.
local function gap_ends(key, gap)
  local places = 1
  while gap.firstMs * 2 ^ (places - 1) < gap.quietMs do places = places + 1 end
  local newest = redis.call('ZREVRANGE', key, 0, places - 1, 'WITHSCORES')
  if #newest == 0 then return now end
  local wait = gap.firstMs
  for i = 4, #newest, 2 do
    if tonumber(newest[i - 2]) - tonumber(newest[i]) >= gap.quietMs then break end
    wait = wait * 2
  end
  -- After a quiet pause the row is over, so nobody waits longer than that.
  return tonumber(newest[2]) + math.min(wait, gap.quietMs)
end

-- When an exact bucket takes one more, and how many its windows hold until then.
local function exact_state(key, bucket)
  local free_at, left = now, -1
  for _, window in ipairs(bucket.windows) do
    local count = redis.call('ZCOUNT', key, '(' .. (now - window.ms), '+inf')
    local room = math.max(window.max - count, 0)
    if left < 0 or room < left then left = room end
    if room == 0 then
      -- The window has room again when its max-th newest member has left it.
      local member = redis.call('ZREVRANGE', key, window.max - 1, window.max - 1, 'WITHSCORES')
      local since = window.max > 0 and tonumber(member[2]) or now
      free_at = math.max(free_at, since + window.ms)
    end
  end
  if bucket.gap then free_at = math.max(free_at, gap_ends(key, bucket.gap)) end
  return free_at, left
end

-- The same of a bucket that has no member, or one that was counted just now.
local function state_of_few(bucket, members)
  local free_at, left = now, -1
  for _, window in ipairs(bucket.windows) do
    local room = math.max(window.max - members, 0)
    if left < 0 or room < left then left = room end
    if room == 0 then free_at = math.max(free_at, now + window.ms) end
  end
  if bucket.gap and members > 0 then
    free_at = math.max(free_at, now + math.min(bucket.gap.firstMs, bucket.gap.quietMs))
  end
  return free_at, left
end

local function segment_ms(window) return math.ceil(window.ms / segments_per_window) end

-- A bucket of segments as it is: {field, segment ms, number, count} each. Read once, for looking, counting and clearing away.
local function read_segments(key)
  local counts, segments = redis.call('HGETALL', key), {}
  for i = 1, #counts, 2 do
    local ms, number = string.match(counts[i], '^(%d+):(%d+)$')
    segments[#segments + 1] = { counts[i], tonumber(ms), tonumber(number), tonumber(counts[i + 1]) }
  end
  return segments
end

-- When a bucket of segments takes one more. A segment counts as long as any moment of it is inside the window.
local function segments_free_at(segments, bucket)
  local free_at = now
  for _, window in ipairs(bucket.windows) do
    local size, total = segment_ms(window), 0
    local first = math.floor((now - window.ms + 1) / size)
    for _, segment in ipairs(segments) do
      if segment[2] == size and segment[3] >= first then total = total + segment[4] end
    end
    if total >= window.max then
      local inside = {}
      for _, segment in ipairs(segments) do
        if segment[2] == size and segment[3] >= first then inside[#inside + 1] = segment end
      end
      table.sort(inside, function(a, b) return a[3] < b[3] end)
      local last = now
      for _, segment in ipairs(inside) do
        total = total - segment[4]
        last = (segment[3] + 1) * size - 1
        if total < window.max then break end
      end
      free_at = math.max(free_at, last + window.ms)
    end
  end
  return free_at
end

local function count_exactly(key, bucket, is_first)
  local keep = 1
  for _, window in ipairs(bucket.windows) do keep = math.max(keep, window.ms) end
  if bucket.gap then
    -- Members of a row are needed as long as one more of them could lengthen the gap.
    local row = bucket.gap.quietMs
    local wait = bucket.gap.firstMs
    while wait < bucket.gap.quietMs do
      row, wait = row + bucket.gap.quietMs, wait * 2
    end
    keep = math.max(keep, row)
  end
  redis.call('ZADD', key, now, command)
  if not is_first then redis.call('ZREMRANGEBYSCORE', key, '-inf', now - keep) end
  redis.call('PEXPIRE', key, keep + margin)
end

local function count_in_segments(key, bucket, segments)
  local keep, counted = 1, {}
  for _, window in ipairs(bucket.windows) do
    local size = segment_ms(window)
    keep = math.max(keep, window.ms + size)
    if not counted[size] then redis.call('HINCRBY', key, size .. ':' .. math.floor(now / size), 1) end
    counted[size] = true
  end
  for _, segment in ipairs(segments) do
    if (segment[3] + 1 + segments_per_window) * segment[2] <= now then redis.call('HDEL', key, segment[1]) end
  end
  redis.call('PEXPIRE', key, keep + margin)
end

-- Most destinations have no member yet: such a bucket is known without looking at it again.
local empty, segments = {}, {}

-- All buckets of one call are counted in one step, so one that knows the command speaks for the others.
local counted = ARGV[4] == 'peek'
for i, key in ipairs(KEYS) do
  if not buckets[i].exact then
    segments[i] = read_segments(key)
  elseif redis.call('EXISTS', key) == 0 then
    empty[i] = true
  else
    counted = counted or redis.call('ZSCORE', key, command)
  end
end

local function free_at(i)
  if segments[i] then return segments_free_at(segments[i], buckets[i]) end
  if empty[i] then return (state_of_few(buckets[i], 0)) end
  return (exact_state(KEYS[i], buckets[i]))
end

local function count(i)
  if segments[i] then return count_in_segments(KEYS[i], buckets[i], segments[i]) end
  count_exactly(KEYS[i], buckets[i], empty[i])
end

if not counted then
  for i = 1, #KEYS do
    local at = free_at(i)
    if at > now then return { 'refused', i, at - now } end
  end
  for i = 1, #KEYS do count(i) end
end

local next_at, left = now, -1
for i, key in ipairs(KEYS) do
  if buckets[i].exact then
    local at, room
    if empty[i] and not counted then at, room = state_of_few(buckets[i], 1) else at, room = exact_state(key, buckets[i]) end
    next_at = math.max(next_at, at)
    if room >= 0 and (left < 0 or room < left) then left = room end
  end
end
return { 'counted', next_at, left }

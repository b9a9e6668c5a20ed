-- Gives a key its first value and tells every caller that value.
--
-- KEYS 1 the claim (hash of value, expiresAt)
-- ARGV 1 now, 2 value, 3 time to live in ms (0 = for ever)
-- Answer the key's value
--
-- Atomic because of racing claims all must learn the same winner.

local now, ttl = tonumber(ARGV[1]), tonumber(ARGV[3])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local stored = redis.call('HMGET', KEYS[1], 'value', 'expiresAt')
local expires_at = tonumber(stored[2] or '0')
if stored[1] and (expires_at == 0 or expires_at > now) then return stored[1] end

redis.call('HSET', KEYS[1], 'value', ARGV[2], 'expiresAt', ttl > 0 and now + ttl or 0)
if ttl > 0 then redis.call('PEXPIRE', KEYS[1], ttl + margin) else redis.call('PERSIST', KEYS[1]) end
return ARGV[2]

-- Ends a lease for ever with a value.
--
-- KEYS 1 the lease (hash, as in lease.lua)
-- ARGV 1 now, 2 owner, 3 value, 4 ms to keep the value
-- Answer 1 if the lease is finished with this owner's value, 0 if nothing was changed
--
-- Atomic because the owner must still be the last grantee at the moment of the writing.

local now, ttl = tonumber(ARGV[1]), tonumber(ARGV[4])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local stored = redis.call('HMGET', KEYS[1], 'owner', 'done', 'value', 'forgetAt')
if tonumber(stored[4] or '0') <= now or stored[1] ~= ARGV[2] then return 0 end
-- Sent again after its first answer was lost.
if stored[2] == '1' then return stored[3] == ARGV[3] and 1 or 0 end

redis.call('HSET', KEYS[1], 'done', '1', 'value', ARGV[3], 'forgetAt', now + ttl)
redis.call('PEXPIRE', KEYS[1], ttl + margin)
return 1

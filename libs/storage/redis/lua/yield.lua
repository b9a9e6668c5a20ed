-- Gives a lease back unfinished, so that the next grant has the same attempt number.
--
-- KEYS 1 the lease (hash, as in lease.lua)
-- ARGV 1 now, 2 owner, 3 ms after which an untouched lease is forgotten
-- Answer 1 if it was given back, 0 if the owner didn't hold it
--
-- Atomic because a lease that has passed to another must not be taken from them.

local now, forget = tonumber(ARGV[1]), tonumber(ARGV[3])
-- Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later.
local margin = 60000
local stored = redis.call('HMGET', KEYS[1], 'owner', 'until', 'done')
if stored[1] ~= ARGV[2] or stored[3] == '1' or tonumber(stored[2]) <= now then return 0 end

redis.call('HSET', KEYS[1], 'owner', '', 'until', 0, 'forgetAt', now + forget)
redis.call('HINCRBY', KEYS[1], 'next', -1)
redis.call('PEXPIRE', KEYS[1], forget + margin)
return 1

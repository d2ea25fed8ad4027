-- Keys of a tenant, newest first, a batch at a time.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { startingAfter, count }.
-- Answer: time, keys.

local place = args.startingAfter and redis.call("ZSCORE", to_name("keys"), args.startingAfter)
local from = place and "(" .. place or "+inf"
local ids = redis.call("ZREVRANGEBYSCORE", to_name("keys"), from, "-inf", "LIMIT", "0", to_text(args.count))
local found = {}
for _, id in ipairs(ids) do table.insert(found, to_key_answer(find_key(id))) end
return { now, found }

-- Audit entries of a tenant in their order, a batch at a time.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { startingAfter, oldestFirst, count }.
-- Answer: time, id and text of each in turn.

local index, count = to_name("entries"), to_text(args.count)
local place = args.startingAfter and redis.call("ZSCORE", index, args.startingAfter)
local ids
if args.oldestFirst then
  ids = redis.call("ZRANGEBYSCORE", index, place and "(" .. place or "-inf", "+inf", "LIMIT", "0", count)
elseif args.startingAfter and not place then
  -- What it came after is no longer kept, and so nothing older is.
  ids = {}
else
  ids = redis.call("ZREVRANGEBYSCORE", index, place and "(" .. place or "+inf", "-inf", "LIMIT", "0", count)
end
local found = {}
for _, id in ipairs(ids) do
  table.insert(found, id)
  table.insert(found, redis.call("GET", to_name("entry", id)))
end
return { now, found }

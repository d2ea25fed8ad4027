-- Deletes what is kept no longer: the oldest entries of a tenant, and keys that ended long ago. A key that holds
-- something, or has a try under way, stays. A hundred of each at most.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 {}.
-- Answer: time, how many were deleted.

local function delete(...)
  later("UNLINK", to_name(...))
end

local count = 0
for _, id in ipairs(redis.call("ZRANGE", to_name("entries"), "0", "99")) do
  local entry = load_entry(id)
  if not entry or (entry.kept_until <= now and entry.outcome ~= "unknown") then
    delete("entry", id)
    later("ZREM", to_name("entries"), id)
    count = count + 1
  end
end

local ended = to_text(now - kept_ms)
for _, id in ipairs(redis.call("ZRANGEBYSCORE", to_name("ends"), "-inf", ended, "LIMIT", "0", "100")) do
  local row = load_row("key", id)
  local in_flight = redis.call("ZCARD", to_name("in-flight", id))
  if get_number(row, "held") == 0 and in_flight == 0 then
    for _, kind in ipairs({ "key", "children", "recent", "in-flight" }) do delete(kind, id) end
    later("ZREM", to_name("keys"), id)
    later("ZREM", to_name("ends"), id)
    count = count + 1
  end
end
if count > 0 then save() end
return { now, count }

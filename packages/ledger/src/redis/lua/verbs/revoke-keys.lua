-- Revokes one key, or the living keys that match, with all that were carved from them, and tells the other processes.
-- It looks at every living key of the tenant where no id is given, about 20 µs each.
-- KEYS: 1 the tenant's root.
-- ARGV: 2 the channel of revocations. 4 { id } or { vendor, labelPrefix, budget }.
-- Answer: time, the ids of those that were revoked now.

-- A process whose line to the channel was cut reads here what it has missed.
local REVOKED_LISTED_MS = 3600000

local function list_matching()
  if args.id then return { find_key(args.id) } end
  local found = {}
  for _, key in ipairs(list_living()) do
    if matches_scope(key.record, args) then table.insert(found, key) end
  end
  return found
end

local revoked = {}

local function revoke(key)
  set(key.row, "revokedAt", now)
  key.revoked_at = now
  later("ZADD", to_name("ends"), to_text(now), key.id)
  later("ZADD", to_name("revoked"), to_text(now), key.id)
  table.insert(revoked, key.id)
end

local function revoke_carved(key)
  for _, child in ipairs(list_children(key)) do
    if get_status(child) == "active" then revoke(child) end
    revoke_carved(child)
  end
end

for _, key in ipairs(list_matching()) do
  if not key.revoked_at then
    revoke(key)
    revoke_carved(key)
  end
end
if #revoked > 0 then
  later("ZREMRANGEBYSCORE", to_name("revoked"), "-inf", to_text(now - REVOKED_LISTED_MS))
  later("PUBLISH", ARGV[2], cjson.encode(revoked))
  save()
end
return { now, revoked }

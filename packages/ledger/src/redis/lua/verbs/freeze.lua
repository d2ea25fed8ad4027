-- Sets a freeze, and counts the living keys that it matches with what they have in flight. It looks at every living key
-- of the tenant, about 20 µs each.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { id, scope }, 5 the freeze, JSON.
-- Answer: time, "too_many" · "set", keys, calls, held.

local freezes = read_freezes()
local is_known = false
for _, text in ipairs(freezes) do
  if cjson.decode(text).id == args.id then is_known = true end
end
if not is_known then
  if #freezes >= MAX_FREEZES then return { now, "too_many" } end
  later("RPUSH", to_name("freezes"), ARGV[5])
end

local keys, calls, held = 0, 0, 0
for _, key in ipairs(list_living()) do
  if is_frozen_by(args, key, list_ancestors(key)) then
    keys = keys + 1
    for _, try in ipairs(list_held(key.id)) do
      calls = calls + 1
      held = held + try[2]
    end
  end
end
save()
return { now, "set", keys, calls, held }

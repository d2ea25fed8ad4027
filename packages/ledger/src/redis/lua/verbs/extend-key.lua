-- Moves the end of an active key; never past its longest life.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { id, expiresAt }.
-- Answer: time, the key or nil.

local key = find_key(args.id)
if not key then return { now, false } end
if get_status(key) == "active" then
  set(key.row, "expiresAt", math.min(args.expiresAt, key.record.maxExpiresAt))
  later("ZADD", to_name("ends"), key.row.is.expiresAt, key.id)
  save()
end
return { now, to_key_answer(key) }

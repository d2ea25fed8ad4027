-- Brakes on the keys of a tenant: the same as decide/freezing.ts. They are a list, as there are few and every call reads
-- all of them; where there is none, that costs next to nothing.

local function has_budget(record, name)
  for _, named in ipairs(record.policy.budgets) do
    if named == name then return true end
  end
  return false
end

local function matches_scope(record, scope)
  return (not scope.vendor or record.vendor == scope.vendor)
    and (not scope.labelPrefix or string.sub(record.label, 1, #scope.labelPrefix) == scope.labelPrefix)
    and (not scope.budget or has_budget(record, scope.budget))
end

-- Whether a freeze matches a key, or one above it.
local function is_frozen_by(freeze, key, ancestors)
  if matches_scope(key.record, freeze.scope) then return true end
  for _, ancestor in ipairs(ancestors) do
    if matches_scope(ancestor.record, freeze.scope) then return true end
  end
  return false
end

local function read_freezes()
  return redis.call("LRANGE", to_name("freezes"), "0", "-1")
end

-- The id of the first freeze that matches a key, or one above it.
local function find_freeze(key, ancestors)
  for _, text in ipairs(read_freezes()) do
    local freeze = cjson.decode(text)
    if is_frozen_by(freeze, key, ancestors) then return freeze.id end
  end
end

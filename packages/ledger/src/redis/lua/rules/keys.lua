-- Keys with those they were carved from and those carved from them: the same as decide/key-state.ts.

local function find_key(id)
  local row = load_row("key", id)
  if not row.exists then return nil end
  row.key = row.key
    or {
      id = id,
      row = row,
      record = cjson.decode(row.is.record),
      expires_at = get_number(row, "expiresAt"),
      revoked_at = tonumber(row.is.revokedAt),
      frozen = row.is.frozen ~= nil,
      changes = get_number(row, "changes"),
    }
  return row.key
end

local function get_status(key)
  if key.revoked_at then return "revoked" end
  return key.expires_at <= now and "expired" or "active"
end

-- The keys a key was carved from, nearest first.
local function list_ancestors(key)
  local ancestors = {}
  local parent = key.row.is.parent and find_key(key.row.is.parent)
  while parent do
    table.insert(ancestors, parent)
    parent = parent.row.is.parent and find_key(parent.row.is.parent)
  end
  return ancestors
end

local function to_key_account(key)
  local account = { name = "key:" .. key.id, rows = { key.row } }
  for _, ancestor in ipairs(list_ancestors(key)) do table.insert(account.rows, ancestor.row) end
  return account
end

local function to_budget_account(name)
  local row = load_row("budget", name)
  row.counts_months = true
  return { name = "budget:" .. name, rows = { row } }
end

-- The keys carved from a key that may still set something aside. One that has ended, with all carved from it, is
-- dropped from the list when the script saves, so that the list is as long as there are living keys.
local function list_children(key)
  local children = {}
  if not key.row.is.carves then return children end
  local name = to_name("children", key.id)
  for _, id in ipairs(redis.call("SMEMBERS", name)) do
    local child = find_key(id)
    local has_ended = child == nil or get_status(child) ~= "active"
    if has_ended and (child == nil or #list_children(child) == 0) then
      later("SREM", name, id)
    else
      table.insert(children, child)
    end
  end
  return children
end

-- What a key has spent and holds, with what is carved out of it: all of a living child's cap, and of a child that
-- ended what it spent and still holds.
local function get_key_spend(key, day, exposure)
  local sums = get_spend(key.row, day, exposure)
  for _, child in ipairs(list_children(key)) do
    local raw = get_spend(child.row, day)
    local carved = get_key_spend(child, day)
    if get_status(child) == "active" then
      local room = (child.record.policy.totalCapMicroUsd or 0) - carved.total
      carved.held = math.max(carved.held, room)
      carved.daily_held = math.max(carved.daily_held, room)
    end
    sums.held = sums.held + carved.held - raw.held
    sums.daily_held = sums.daily_held + carved.daily_held - raw.daily_held
  end
  return sums
end

-- The keys of the tenant that are neither revoked nor expired.
local function list_living()
  local found = {}
  for _, id in ipairs(redis.call("ZRANGEBYSCORE", to_name("ends"), "(" .. to_text(now), "+inf")) do
    local key = find_key(id)
    if key and get_status(key) == "active" then table.insert(found, key) end
  end
  return found
end

-- A key with everything its next call must fit.
local function to_key_state(key, object)
  local day = to_utc_day(now)
  local account = to_key_account(key)
  local state = {
    key = key,
    policy = key.record.policy,
    spend = get_key_spend(key, day, get_counted(account, object or {})),
    budgets = {},
    ancestors = list_ancestors(key),
  }
  state.frozen_by = find_freeze(key, state.ancestors)
  for _, name in ipairs(state.policy.budgets) do
    local budget = to_budget_account(name)
    local row = budget.rows[1]
    table.insert(state.budgets, {
      name = name,
      caps = {
        dailyCapMicroUsd = tonumber(row.is.dailyCap),
        monthlyCapMicroUsd = tonumber(row.is.monthlyCap),
        totalCapMicroUsd = tonumber(row.is.totalCap),
      },
      frozen = row.is.frozen ~= nil,
      spend = get_spend(row, day, get_counted(budget, object or {})),
    })
  end
  return state
end

-- Whether a key, or one above it, was changed since its policy was read.
local function has_changed(state, read_changes)
  if not read_changes then return false end
  local changes = state.key.changes
  for _, ancestor in ipairs(state.ancestors) do changes = changes + ancestor.changes end
  return changes ~= read_changes
end

-- Counts an admitted call, for the key and for those it was carved from.
local function count_call(key)
  local counted = list_ancestors(key)
  table.insert(counted, key)
  for _, one in ipairs(counted) do
    add(one.row, "calls", 1)
    local most = one.record.policy.callsPerMinute
    if most then
      local name = to_name("recent", one.id)
      later("RPUSH", name, to_text(now))
      later("LTRIM", name, to_text(-most), "-1")
      later("PEXPIRE", name, "120000")
    end
  end
end

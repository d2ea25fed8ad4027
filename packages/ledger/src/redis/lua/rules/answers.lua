-- Keys and budgets as answers carry them, in the order in which to-records.ts reads them.

local function to_key_answer(key)
  local is = key.row.is
  return {
    is.record,
    tonumber(is.expiresAt),
    tonumber(is.revokedAt) or false,
    is.frozen and 1 or 0,
    get_number(key.row, "changes"),
  }
end

-- A key with its calls, and what it and those carved from it have really spent and hold.
local function to_counted_answer(key)
  local recent = redis.call("LRANGE", to_name("recent", key.id), "0", "-1")
  local family = to_spend_answer(get_spend(key.row, to_utc_day(now)))
  return { to_key_answer(key), get_number(key.row, "calls"), recent, family }
end

local function to_budget_answer(name)
  local row = load_row("budget", name)
  return {
    name,
    tonumber(row.is.dailyCap) or false,
    tonumber(row.is.monthlyCap) or false,
    tonumber(row.is.totalCap) or false,
    row.is.frozen and 1 or 0,
    to_spend_answer(get_spend(row, to_utc_day(now))),
  }
end

-- The row of a budget, made uncapped where there is none.
local function require_budget(name)
  local row = load_row("budget", name)
  if not row.exists then
    set(row, "name", name)
    later("ZADD", to_name("budgets"), "0", name)
  end
  return row
end

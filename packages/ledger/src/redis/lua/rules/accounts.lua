-- What one key or one budget has spent and holds, by UTC day and in all: the same as memory/account.ts. A key's
-- row holds the sums of its whole family, so that a parent need not add up all that was ever carved from it.

-- Days whose reservations may still be open; older ones are no longer asked for.
local DAYS_KEPT = 3

local exposures = {}

local function to_utc_day(at)
  return math.floor(at / DAY_MS)
end

local function begin_day(row, label)
  local days = { label }
  for other in string.gmatch(row.is.days or "", "%d+") do
    if tonumber(other) <= tonumber(label) - DAYS_KEPT then
      set(row, "spent:" .. other, nil)
      set(row, "held:" .. other, nil)
    else
      table.insert(days, other)
    end
  end
  set(row, "days", table.concat(days, ","))
end

local function add_on_day(row, kind, day, amount)
  local label = to_text(day)
  if not string.find(row.is.days or "", label, 1, true) then begin_day(row, label) end
  add(row, kind .. ":" .. label, amount)
end

local function hold(account, day, amount)
  for _, row in ipairs(account.rows) do
    add_on_day(row, "held", day, amount)
    add(row, "held", amount)
  end
end

local function release(account, day, amount, doubted)
  for _, row in ipairs(account.rows) do
    add_on_day(row, "held", day, -amount)
    add(row, "held", -amount)
    if doubted then add(row, "unknown", -amount) end
  end
end

local function doubt(account, amount)
  for _, row in ipairs(account.rows) do add(row, "unknown", amount) end
end

local function spend(account, day, amount)
  for _, row in ipairs(account.rows) do
    add_on_day(row, "spent", day, amount)
    add(row, "total", amount)
  end
end

-- What an object has cost here already.
local function get_exposure(account, object_id)
  if object_id == nil then return 0 end
  local name = to_name("object", account.name, object_id)
  if exposures[name] == nil then exposures[name] = tonumber(redis.call("GET", name) or 0) end
  return exposures[name]
end

-- What an account has counted of an object already: as the object itself, or as the parts that it is made of.
local function get_counted(account, object)
  if object.objectId == nil then return 0 end
  local of_parts = 0
  for _, id in ipairs(object.partIds or {}) do of_parts = of_parts + get_exposure(account, id) end
  return math.max(get_exposure(account, object.objectId), of_parts)
end

-- Remembers that an object has cost so much in all; never lowers it.
local function expose(account, object_id, amount)
  local most = math.max(amount, get_exposure(account, object_id))
  local name = to_name("object", account.name, object_id)
  exposures[name] = most
  -- To forget an object is safe: it then counts once more, or is looked up at the vendor.
  later("SET", name, to_text(most), "PX", to_text(kept_ms))
end

local function get_spend(row, day, exposure)
  local label = to_text(day)
  return {
    daily = get_number(row, "spent:" .. label),
    daily_held = get_number(row, "held:" .. label),
    total = get_number(row, "total"),
    held = get_number(row, "held"),
    unknown = get_number(row, "unknown"),
    exposure = exposure or 0,
  }
end

-- As an answer carries it, in the order in which to-records.ts reads it.
local function to_spend_answer(sums)
  return { sums.daily, sums.daily_held, sums.total, sums.held, sums.unknown, sums.exposure }
end

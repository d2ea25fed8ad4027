-- What one key or one budget has spent and holds, by UTC day and in all: the same as memory/account.ts. A key's
-- row holds the sums of its whole family, so that a parent need not add up all that was ever carved from it.

-- Days whose reservations may still be open; older ones are no longer asked for.
local DAYS_KEPT = 3

local exposures = {}

local function to_utc_day(at)
  return math.floor(at / DAY_MS)
end

-- Adds to what a row counts by the day or by the month, and drops the days or months that are no longer asked for.
-- `list` names the field with the labels that the row has.
local function add_in_period(row, list, prefix, kind, label, kept, amount)
  if not string.find(row.is[list] or "", label, 1, true) then
    local labels = { label }
    for other in string.gmatch(row.is[list] or "", "%d+") do
      if tonumber(other) <= tonumber(label) - kept then
        set(row, prefix .. "spent:" .. other, nil)
        set(row, prefix .. "held:" .. other, nil)
      else
        table.insert(labels, other)
      end
    end
    set(row, list, table.concat(labels, ","))
  end
  add(row, prefix .. kind .. ":" .. label, amount)
end

-- The UTC month of a day, counted from the year 0, by the civil calendar. The year of this count begins in March.
local function to_utc_month(day)
  local z = day + 719468
  local era = math.floor(z / 146097)
  local of_era = z - era * 146097
  local year = math.floor(
    (of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524) - math.floor(of_era / 146096)) / 365
  )
  local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * of_year + 2) / 153)
  return (year + era * 400) * 12 + month + 2
end

-- The first day of a UTC month, as days since the epoch.
local function get_first_day(month)
  local year, of_year = math.floor((month - 2) / 12), (month - 2) % 12
  local era = math.floor(year / 400)
  local of_era = year - era * 400
  local days = 365 * of_era + math.floor(of_era / 4) - math.floor(of_era / 100)
  return era * 146097 + days + math.floor((153 * of_year + 2) / 5) - 719468
end

-- Months that a late cost may still count in.
local MONTHS_KEPT = 3

local function add_on_day(row, kind, day, amount)
  add_in_period(row, "days", "", kind, to_text(day), DAYS_KEPT, amount)
  if row.counts_months then
    add_in_period(row, "months", "m", kind, to_text(to_utc_month(day)), MONTHS_KEPT, amount)
  end
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
  local label, month = to_text(day), to_text(to_utc_month(day))
  return {
    daily = get_number(row, "spent:" .. label),
    daily_held = get_number(row, "held:" .. label),
    monthly = get_number(row, "mspent:" .. month),
    monthly_held = get_number(row, "mheld:" .. month),
    total = get_number(row, "total"),
    held = get_number(row, "held"),
    unknown = get_number(row, "unknown"),
    exposure = exposure or 0,
  }
end

-- As an answer carries it, in the order in which to-records.ts reads it.
local function to_spend_answer(sums)
  return {
    sums.daily,
    sums.daily_held,
    sums.monthly,
    sums.monthly_held,
    sums.total,
    sums.held,
    sums.unknown,
    sums.exposure,
  }
end

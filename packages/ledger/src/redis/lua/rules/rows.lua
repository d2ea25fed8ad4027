-- What a script reads and writes. It reads first, decides on tables, and writes in `save` at its very end, so that a
-- script that fails has changed nothing. Every name begins with KEYS[1], whose hash tag is the tenant's: all are in
-- one slot, and so a name may be made here although it depends on what was read.
-- KEYS: 1 the tenant's root.
-- ARGV: 1 the time in ms, for tests; empty for the server's. 2 the channel of revocations. 3 how long what is over
-- is kept, in ms. 4 the arguments of the verb, JSON. 5 a text that is stored as it stands.
-- Every answer begins with the time. Amounts are integers of micro-USD, which a double holds exactly up to 2^53.

local root = KEYS[1]
local kept_ms = tonumber(ARGV[3])
local args = cjson.decode(ARGV[4])
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call("TIME")
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local rows = {}
local changed_rows = {}
local commands = {}

local function to_name(...)
  return table.concat({ root, ... }, ":")
end

-- An absent value for false and nil; never an exponent, which %.14g of tostring would write from 1e14 on.
local function to_text(value)
  if value == nil or value == false or value == cjson.null then return nil end
  if value == true then return "1" end
  return type(value) == "number" and string.format("%.0f", value) or value
end

-- A hash, read once; one that is not there has no fields.
local function load_row(...)
  local name = to_name(...)
  local row = rows[name]
  if row then return row end
  row = { name = name, is = {}, changed = {} }
  local flat = redis.call("HGETALL", name)
  for at = 1, #flat, 2 do row.is[flat[at]] = flat[at + 1] end
  row.exists = #flat > 0
  rows[name] = row
  return row
end

local function get_number(row, field)
  return tonumber(row.is[field] or 0)
end

local function set(row, field, value)
  local text = to_text(value)
  if row.is[field] == text then return end
  row.is[field] = text
  if next(row.changed) == nil then changed_rows[#changed_rows + 1] = row end
  row.changed[field] = true
end

local function add(row, field, amount)
  set(row, field, get_number(row, field) + amount)
end

-- Runs a command when all is decided; its name of a key comes second.
local function later(...)
  commands[#commands + 1] = { ... }
end

-- While a cluster moves the slot, a key may be here or already there. Naming them all in one command fails then,
-- before anything is written.
local function require_all_here()
  local names = { "EXISTS" }
  for _, row in ipairs(changed_rows) do names[#names + 1] = row.name end
  for _, command in ipairs(commands) do
    if command[1] ~= "PUBLISH" then names[#names + 1] = command[2] end
  end
  if #names > 1 then redis.call(unpack(names)) end
end

local function save()
  require_all_here()
  for _, row in ipairs(changed_rows) do
    local sets, gone = { "HSET", row.name }, { "HDEL", row.name }
    for field in pairs(row.changed) do
      local value = row.is[field]
      if value == nil then
        gone[#gone + 1] = field
      else
        sets[#sets + 1] = field
        sets[#sets + 1] = value
      end
    end
    if #sets > 2 then redis.call(unpack(sets)) end
    if #gone > 2 then redis.call(unpack(gone)) end
  end
  for _, command in ipairs(commands) do redis.call(unpack(command)) end
end

-- The next place in a tenant's order of keys and entries.
local function next_place()
  local row = load_row("order")
  add(row, "last", 1)
  return get_number(row, "last")
end

-- Audit entries. Each is one text: what may be corrected, a line each, and then the draft as the proxy wrote it.

local entries = {}

local function load_entry(id)
  if entries[id] == nil then
    local text = redis.call("GET", to_name("entry", id))
    local fields = text and { string.match(text, "^(.-)\n(.-)\n(.-)\n(.-)\n(.-)\n(.-)\n(.-)\n(.*)$") }
    entries[id] = fields
        and {
          id = id,
          outcome = fields[1],
          reserved = tonumber(fields[2]),
          cost = tonumber(fields[3]),
          notes = fields[4],
          reservation = fields[5],
          kept_until = tonumber(fields[6]),
          duration_ms = tonumber(fields[7]),
          draft = fields[8],
        }
      or false
  end
  return entries[id] or nil
end

local function to_entry_text(entry)
  return table.concat({
    entry.outcome,
    to_text(entry.reserved),
    to_text(entry.cost) or "",
    entry.notes,
    entry.reservation,
    to_text(entry.kept_until),
    to_text(entry.duration_ms),
    entry.draft,
  }, "\n")
end

local function keep_entry(entry)
  entries[entry.id] = entry
  later("SET", to_name("entry", entry.id), to_entry_text(entry))
end

-- Appends an entry, or puts it in the place of the one with its id: a call has one, whatever is said twice.
local function append_entry(entry)
  if not load_entry(entry.id) then later("ZADD", to_name("entries"), to_text(next_place()), entry.id) end
  entry.kept_until = now + kept_ms
  keep_entry(entry)
end

-- Once a call is settled, the entries of its doubtful tries need no longer be looked at: one entry has the cost.
local function close_entries(reservation, costs_stand_in)
  if reservation.state ~= "settled" then return end
  for id in string.gmatch(reservation.entries, "[^,]+") do
    local entry = load_entry(id)
    if entry and id ~= costs_stand_in and entry.outcome == "unknown" then
      entry.outcome, entry.cost = "settled", 0
      keep_entry(entry)
    end
  end
end

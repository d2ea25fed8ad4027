-- The end of a try, in time or given up.

local function to_settlement_answer(try)
  return {
    try.is.outcome,
    get_number(try, "reserved"),
    tonumber(try.is.cost) or false,
    tonumber(try.is.remaining) or false,
    try.is.notes,
  }
end

-- `entry`: id, duration_ms and draft of its entry.
local function end_attempt(id, try, outcome, entry)
  local reservation = load_reservation(try.is.reservation)
  local key = reservation.key
  local given_up = try.is.givenUp ~= nil
  if given_up then reservation.open_tries = reservation.open_tries + 1 end
  local ended = end_try(reservation, outcome)
  if reservation.spends and not given_up then
    reservation.entries = reservation.entries .. (reservation.entries == "" and "" or ",") .. entry.id
  end
  expose_after(reservation, outcome)
  expose_bound(reservation, outcome, ended.notes)
  append_entry({
    id = entry.id,
    outcome = ended.outcome,
    reserved = reservation.shares[1].held,
    cost = ended.cost,
    notes = table.concat(ended.notes, ","),
    reservation = reservation.spends and reservation.id or "",
    duration_ms = entry.duration_ms,
    draft = entry.draft,
  })
  close_entries(reservation, entry.id)
  keep_reservation(reservation)
  set(try, "outcome", ended.outcome)
  set(try, "reserved", reservation.shares[1].held)
  set(try, "cost", ended.cost)
  set(try, "notes", table.concat(ended.notes, ","))
  set(try, "remaining", get_remaining(to_key_state(key)))
  set(try, "givenUp", nil)
  set(try, "draft", nil)
  later("PEXPIRE", try.name, to_text(ATTEMPT_KEPT_MS))
  later("ZREM", to_name("open"), id)
  later("ZREM", to_name("in-flight", key.id), id)
end

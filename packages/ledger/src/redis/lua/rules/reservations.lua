-- Holds, and the attempts that share them: the same as decide/reservation.ts, function by function.

-- The accounts that a key's calls count in: its own first, then those of its budgets.
local function list_accounts(key)
  local accounts = { to_key_account(key) }
  for _, name in ipairs(key.record.policy.budgets) do table.insert(accounts, to_budget_account(name)) end
  return accounts
end

local function load_reservation(id)
  local row = load_row("reservation", id)
  if row.reservation or not row.exists then return row.reservation end
  local key = find_key(row.is.key)
  if not key then return nil end
  local reservation = {
    id = id,
    row = row,
    key = key,
    shares = {},
    day = get_number(row, "day"),
    whole = get_number(row, "whole"),
    object_id = row.is.object,
    spends = row.is.spends ~= nil,
    state = row.is.state,
    open_tries = get_number(row, "open"),
    tainted = row.is.tainted ~= nil,
    closed = row.is.closed ~= nil,
    awaits_original = row.is.awaits ~= nil,
    follows = row.is.follows ~= nil,
    at = get_number(row, "at"),
    entries = row.is.entries or "",
  }
  for index, account in ipairs(list_accounts(key)) do
    reservation.shares[index] = {
      account = account,
      held = get_number(row, "held" .. index),
      spent = get_number(row, "spent" .. index),
    }
  end
  row.reservation = reservation
  return reservation
end

-- What each of a key's open tries holds, oldest first; what several share counts for the oldest.
local function list_held(key_id)
  local counted, open = {}, {}
  for _, id in ipairs(redis.call("ZRANGE", to_name("in-flight", key_id), "0", "-1")) do
    local reservation = load_reservation(load_row("try", id).is.reservation)
    local holds = reservation.state == "held" and not counted[reservation.id]
    counted[reservation.id] = true
    table.insert(open, { id, holds and reservation.shares[1].held or 0 })
  end
  return open
end

-- Puts a reservation into its row. It stays for ever while something is held or under way, and afterwards as long as
-- its cost can be corrected and its call can be replayed.
local function keep_reservation(reservation)
  local row = reservation.row
  local had_end = row.is.open == "0"
  row.exists, row.reservation = true, reservation
  set(row, "key", reservation.key.id)
  set(row, "day", reservation.day)
  set(row, "whole", reservation.whole)
  set(row, "object", reservation.object_id)
  set(row, "spends", reservation.spends)
  set(row, "state", reservation.state)
  set(row, "open", reservation.open_tries)
  set(row, "tainted", reservation.tainted)
  set(row, "closed", reservation.closed)
  set(row, "awaits", reservation.awaits_original)
  set(row, "follows", reservation.follows)
  set(row, "at", reservation.at)
  set(row, "entries", reservation.entries ~= "" and reservation.entries)
  for index, share in ipairs(reservation.shares) do
    set(row, "held" .. index, share.held)
    set(row, "spent" .. index, share.spent)
  end
  local in_doubt = reservation.state == "held" and reservation.tainted
  if in_doubt then
    later("ZADD", to_name("doubtful"), to_text(reservation.at), reservation.id)
  elseif reservation.tainted then
    later("ZREM", to_name("doubtful"), reservation.id)
  end
  if reservation.open_tries > 0 or in_doubt then
    if had_end then later("PERSIST", row.name) end
  else
    local spent_kept_ms = math.max(REPLAY_KEPT_MS, kept_ms)
    later("PEXPIRE", row.name, to_text(reservation.spends and spent_kept_ms or ATTEMPT_KEPT_MS))
  end
end

local function release_all(reservation)
  for _, share in ipairs(reservation.shares) do
    release(share.account, reservation.day, share.held, reservation.tainted)
  end
end

-- Without a cost told by the vendor, what was reserved is the cost. Of an object, only what is new here counts.
local function spend_share(reservation, share, told, object)
  local object_id = object.objectId
  local counted = get_counted(share.account, object)
  local cost = told and math.max(0, told - counted) or share.held
  spend(share.account, reservation.day, cost)
  share.spent = share.spent + cost
  if object_id then expose(share.account, object_id, counted + cost) end
  return cost
end

local function end_with_effect(reservation, outcome)
  -- A second effect without the vendor's replay marker is a second charge: the vendor had forgotten the first.
  local again = reservation.state == "settled"
  if again and outcome.kind == "replayed" then return { outcome = "settled", cost = 0, notes = {} } end
  local told = outcome.costMicroUsd
  local is_over, adds_nothing, own_cost = false, false, 0
  for index, share in ipairs(reservation.shares) do
    local cost = spend_share(reservation, share, told, outcome)
    if index == 1 then own_cost = cost end
    -- Nothing was set aside for a second charge, whatever the first had reserved.
    if cost > (again and 0 or share.held) then is_over = true end
    if told and cost < told then adds_nothing = true end
  end
  if not told and reservation.object_id then
    for _, share in ipairs(reservation.shares) do
      expose(share.account, reservation.object_id, reservation.whole)
    end
  end
  if again and is_over then reservation.closed = true end
  -- What was counted before was done before, under another reservation: the vendor may forget it sooner than this one.
  if not again and adds_nothing then reservation.closed = true end
  if reservation.state == "held" then release_all(reservation) end
  reservation.state = "settled"
  if not again and outcome.kind == "replayed" then reservation.awaits_original = reservation.open_tries > 0 end
  local notes = is_over and { "overage" } or {}
  if told then return { outcome = "settled", cost = own_cost, notes = notes } end
  if reservation.shares[1].held == 0 then return { outcome = "settled", cost = nil, notes = notes } end
  table.insert(notes, 1, "estimate")
  return { outcome = "settled", cost = own_cost, notes = notes }
end

-- What a try's end does to the reservation it shares, and what that call cost the key.
local function end_try(reservation, outcome)
  reservation.open_tries = reservation.open_tries - 1
  local awaited_original = reservation.awaits_original
  if reservation.open_tries == 0 or outcome.kind == "effect" then reservation.awaits_original = false end
  if not reservation.spends then return { outcome = "none", cost = 0, notes = {} } end
  if outcome.kind == "effect" and awaited_original then return { outcome = "settled", cost = 0, notes = {} } end
  if outcome.kind == "effect" or outcome.kind == "replayed" then return end_with_effect(reservation, outcome) end
  -- The money of this call was settled by another try; this one moved nothing.
  if reservation.state ~= "held" then return { outcome = "settled", cost = 0, notes = {} } end
  if outcome.kind == "unknown" then
    if not reservation.tainted then
      for _, share in ipairs(reservation.shares) do doubt(share.account, share.held) end
    end
    reservation.tainted = true
  end
  -- A refusal of this try says nothing about another that is still out, or that ended in doubt.
  if reservation.tainted or reservation.open_tries > 0 then
    return { outcome = "unknown", cost = nil, notes = {} }
  end
  release_all(reservation)
  reservation.state = "released"
  return { outcome = "released", cost = 0, notes = {} }
end

-- Writes what an entry has really cost, whatever had been assumed. Says whether the call has now cost more than was
-- set aside for it.
local function correct(reservation, assumed, cost)
  local was_held = reservation.state == "held"
  local own_held = reservation.shares[1].held
  if was_held then release_all(reservation) end
  local is_over = false
  for _, share in ipairs(reservation.shares) do
    -- A scope that had counted more or less of the object than the key did keeps that difference.
    local before = was_held and share.held - own_held or share.spent - assumed
    local corrected = math.max(0, before + cost)
    spend(share.account, reservation.day, corrected - share.spent)
    share.spent = corrected
    -- What the vendor has not done, it may still do at a retry.
    if corrected < share.held then reservation.closed = true end
    if corrected > share.held then is_over = true end
  end
  reservation.state = "settled"
  return is_over
end

-- Takes a hold of unknown outcome for spent.
local function spend_hold(reservation)
  for _, share in ipairs(reservation.shares) do spend_share(reservation, share, nil, {}) end
  release_all(reservation)
  reservation.state = "settled"
end

local function expose_object(object_id, amount, told)
  local row = load_row("exposure", object_id)
  set(row, "microUsd", math.max(amount, get_number(row, "microUsd")))
  set(row, "told", told or row.is.told ~= nil)
  later("PEXPIRE", row.name, to_text(kept_ms))
end

-- What an object may stand for now, after a try has ended. It is never taken for less than somebody was told, or may
-- have done.
local function expose_after(reservation, outcome)
  local object_id, amount, told = reservation.object_id, reservation.whole, false
  if outcome.objectId and outcome.costMicroUsd then
    object_id, amount, told = outcome.objectId, outcome.costMicroUsd, true
  elseif not object_id or not (outcome.kind == "unknown" or outcome.untold) then
    return
  end
  expose_object(object_id, amount, told)
end

-- What a call was told to cost that had reserved an operator's bound. Without a bound there was none to be wrong.
local function expose_bound(reservation, outcome, notes)
  if not outcome.boundId or not outcome.costMicroUsd or reservation.whole == 0 then return end
  for _, note in ipairs(notes) do
    if note == "overage" then expose_object(outcome.boundId, outcome.costMicroUsd, true) end
  end
end

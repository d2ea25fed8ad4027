-- One step over a key's state, caps, call count and all its budgets: room is set aside in all of them, or in none.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { attemptId, keyId, readChanges, price, objectId, partIds, endpointBounds, boundId, replayId, giveUpAfterMs, auditId, startedAt }, 5 the entry of a try
-- that nobody ends.
-- Answer: time, "admitted", reserved, remaining or nil, the code that would have refused or nil
--      or time, "refused", remaining or nil, names and values of the refusal in turn.

local price = args.price

-- The reservation of an earlier try of the same call.
local function find_earlier()
  local id = args.replayId and redis.call("GET", to_name("replay", args.replayId))
  return id and load_reservation(id)
end

-- The same, while the vendor still takes both tries for one.
local function find_shared()
  local found = find_earlier()
  if not found or found.state == "released" or found.at <= now - REPLAY_WINDOW_MS then return nil end
  -- What the first try was for is too little where the object of the call has grown since: if that try came to
  -- nothing, also where it was taken for spent, the vendor does the whole at the next.
  local outgrown = price.kind == "amount" and price.microUsd > found.whole
  if found.closed or found.follows or outgrown then return nil end
  return found
end

-- Whether the vendor may still take the call for one that an older reservation was for.
local function follows_another()
  local found = find_earlier()
  if not found or found.at <= now - REPLAY_KEPT_MS then return false end
  return found.follows or (found.state ~= "released" and found.at <= now - REPLAY_WINDOW_MS)
end

local function set_aside(key, whole)
  local reservation = {
    id = args.attemptId,
    row = load_row("reservation", args.attemptId),
    key = key,
    shares = {},
    day = to_utc_day(now),
    whole = whole,
    object_id = args.objectId,
    spends = price.kind ~= "free",
    state = "held",
    open_tries = 0,
    follows = follows_another(),
    at = now,
    entries = "",
  }
  for index, account in ipairs(list_accounts(key)) do
    local share = to_share(whole, get_counted(account, args))
    hold(account, reservation.day, share)
    reservation.shares[index] = { account = account, held = share, spent = 0 }
  end
  if args.replayId then
    later("SET", to_name("replay", args.replayId), reservation.id, "PX", to_text(REPLAY_KEPT_MS))
  end
  return reservation
end

local function to_answer(try)
  local remaining = tonumber(try.is.admittedRemaining) or false
  return { now, "admitted", get_number(try, "admittedReserved"), remaining, try.is.wouldRefuse or false }
end

local try = load_row("try", args.attemptId)
if try.exists then return to_answer(try) end
local key = find_key(args.keyId)
if not key then return redis.error_reply("no such key") end
local state = to_key_state(key, args)
if has_changed(state, args.readChanges) then return { now, "refused", false, { "code", "key_changed" } } end
-- The key and those above it, as they bind a call whose endpoint has bounds of its own.
for index, bound in ipairs(args.endpointBounds or {}) do
  local policy = index == 1 and state.policy or state.ancestors[index - 1].record.policy
  if bound ~= cjson.null then policy.maxMicroUsdPerCall = bound end
end
-- What a call at the same place was told to cost.
if args.boundId and price.kind == "unpriced" then
  price.toldMicroUsd = get_number(load_row("exposure", args.boundId), "microUsd")
end
local shared = find_shared()
local whole, refusal = fit_call(state, price, shared ~= nil)
-- What refuses the calls of a shadow key, too.
local BINDS_SHADOW_KEYS = { key_revoked = true, key_expired = true, budget_frozen = true, key_frozen = true }
if refusal and (BINDS_SHADOW_KEYS[refusal.code] or not state.policy.shadow) then
  return { now, "refused", get_remaining(state) or false, to_refusal_answer(refusal) }
end
count_call(key)
local reservation = shared or set_aside(key, whole)
reservation.open_tries = reservation.open_tries + 1
keep_reservation(reservation)
local deadline = now + args.giveUpAfterMs
set(try, "key", key.id)
set(try, "reservation", reservation.id)
set(try, "admittedReserved", reservation.shares[1].held)
set(try, "admittedRemaining", get_remaining(to_key_state(key)))
set(try, "wouldRefuse", refusal and refusal.code)
set(try, "auditId", args.auditId)
set(try, "startedAt", args.startedAt)
set(try, "draft", ARGV[5])
later("ZADD", to_name("open"), to_text(deadline), args.attemptId)
later("ZADD", to_name("in-flight", key.id), to_text(now), args.attemptId)
save()
return to_answer(try)

-- What a call must fit: the same as decide/limits.ts, function by function.

local function caps_of(caps, scope, daily_cap, total_cap, sums, stated)
  if daily_cap then
    table.insert(caps, {
      limit = scope .. ":daily",
      cap = daily_cap,
      spent = sums.daily,
      held = sums.daily_held,
      exposure = sums.exposure,
      resets_at = (to_utc_day(now) + 1) * DAY_MS,
      stated = stated,
    })
  end
  if total_cap then
    table.insert(caps, {
      limit = scope .. ":total",
      cap = total_cap,
      spent = sums.total,
      held = sums.held,
      exposure = sums.exposure,
      stated = stated,
    })
  end
end

-- Every cap over a key: its own, those of the keys above it, and of its budgets those that are stored and those that
-- it states. What a call counts in the keys above is what it counts in its own.
local function list_caps(state)
  local caps = {}
  caps_of(caps, "key", state.policy.dailyCapMicroUsd, state.policy.totalCapMicroUsd, state.spend)
  for _, ancestor in ipairs(state.ancestors) do
    local policy = ancestor.record.policy
    local sums = get_spend(ancestor.row, to_utc_day(now), state.spend.exposure)
    caps_of(caps, "key", policy.dailyCapMicroUsd, policy.totalCapMicroUsd, sums)
  end
  for _, budget in ipairs(state.budgets) do
    local scope = "budget:" .. budget.name
    caps_of(caps, scope, budget.daily_cap, budget.total_cap, budget.spend)
    local stated = (state.policy.budgetCaps or {})[budget.name]
    if stated then
      caps_of(caps, scope, stated.dailyCapMicroUsd, stated.totalCapMicroUsd, budget.spend, 1)
    end
  end
  return caps
end

local function room_under(cap)
  return math.max(0, cap.cap - cap.spent - cap.held)
end

-- The room under the tightest cap; nil where nothing caps the key.
local function get_remaining(state)
  local remaining
  for _, cap in ipairs(list_caps(state)) do remaining = math.min(remaining or math.huge, room_under(cap)) end
  return remaining
end

local function to_cap_exhausted(cap, requested)
  return {
    code = "cap_exhausted",
    limit = cap.limit,
    capMicroUsd = cap.cap,
    spentMicroUsd = cap.spent,
    heldMicroUsd = cap.held,
    requestedMicroUsd = requested,
    resetsAt = cap.resets_at,
    stated = cap.stated,
  }
end

-- Why a key has no room to carve a cap out of: its own caps count, its budgets are met call by call.
local function refuse_carving(state, requested)
  for _, cap in ipairs(list_caps({ policy = state.policy, spend = state.spend, budgets = {}, ancestors = {} })) do
    if requested > room_under(cap) then return to_cap_exhausted(cap, requested) end
  end
end

-- What a scope must set aside for a call: the exposure of its object that the scope has not counted yet.
local function to_share(whole, exposure)
  return math.max(0, whole - exposure)
end

-- The lowest `maxMicroUsdPerCall` of a key and those above it.
local function get_most_per_call(state)
  local most = state.policy.maxMicroUsdPerCall
  for _, ancestor in ipairs(state.ancestors) do
    local above = ancestor.record.policy.maxMicroUsdPerCall
    if above then most = math.min(most or above, above) end
  end
  return most
end

local function is_frozen(state)
  if state.key.frozen then return true end
  for _, ancestor in ipairs(state.ancestors) do
    if ancestor.frozen then return true end
  end
  return false
end

local function to_whole(price, most_per_call)
  if price.kind == "amount" then return price.microUsd end
  if price.kind == "free" then return 0 end
  local per_time = most_per_call or 0
  if price.kind ~= "unpriced" then return per_time end
  return math.min(MAX_MICRO_USD, (price.times or 1) * per_time + (price.microUsd or 0))
end

local function refuse_state(state)
  local status = get_status(state.key)
  if status ~= "active" then return { code = "key_" .. status } end
  if is_frozen(state) then return { code = "key_frozen", limit = "key:frozen" } end
  if state.frozen_by then return { code = "key_frozen", limit = "freeze:" .. state.frozen_by } end
  for _, budget in ipairs(state.budgets) do
    if budget.frozen then return { code = "budget_frozen", limit = "budget:" .. budget.name } end
  end
end

local function refuse_count(key)
  local policy = key.record.policy
  if policy.maxCalls and get_number(key.row, "calls") >= policy.maxCalls then
    return { code = "call_limit_reached", limit = "key:calls" }
  end
  if not policy.callsPerMinute then return nil end
  local oldest = tonumber(redis.call("LINDEX", to_name("recent", key.id), to_text(-policy.callsPerMinute)) or nil)
  if not oldest or oldest <= now - MINUTE_MS then return nil end
  return {
    code = "rate_limited",
    limit = "key:calls_per_minute",
    retryAfterSeconds = math.ceil((oldest + MINUTE_MS - now) / 1000),
  }
end

local function refuse_counts(state)
  local refusal = refuse_count(state.key)
  for _, ancestor in ipairs(state.ancestors) do refusal = refusal or refuse_count(ancestor) end
  return refusal
end

-- Under a cap, only what has a proven upper bound may pass; `max_usd_per_call` is the caller's own bound.
local function refuse_price(state, price, caps)
  local most_per_call = get_most_per_call(state)
  local bounded = #caps > 0 or most_per_call ~= nil
  if price.kind == "currency_unpriced" and bounded then return { code = "currency_unpriced" } end
  if price.kind ~= "unpriced" or #caps == 0 then return nil end
  if price.renews or most_per_call == nil then return { code = "unpriced_endpoint" } end
end

local function refuse_amount(state, price, whole, caps)
  if price.kind == "free" then return nil end
  local most_per_call = get_most_per_call(state)
  local requested = to_share(whole, state.spend.exposure)
  -- A limit of 0 refuses every spending call, one for 0 USD and one without a price too.
  if most_per_call and (most_per_call == 0 or requested > most_per_call) then
    return {
      code = "cap_exhausted",
      limit = "key:per_call",
      capMicroUsd = most_per_call,
      requestedMicroUsd = requested,
    }
  end
  for _, cap in ipairs(caps) do
    local share = to_share(whole, cap.exposure)
    if cap.cap == 0 or share > room_under(cap) then return to_cap_exhausted(cap, share) end
  end
end

-- A bound below what a call there was told to cost is known to be wrong.
local function refuse_bound(state, price, whole)
  local most_per_call = get_most_per_call(state)
  if price.kind ~= "unpriced" or not most_per_call or whole >= (price.toldMicroUsd or 0) then return nil end
  return {
    code = "unpriced_endpoint",
    limit = "key:per_call",
    capMicroUsd = most_per_call,
    requestedMicroUsd = price.toldMicroUsd,
  }
end

-- Whether a call fits everything its key is bound by, and what it may cost in all. `shares`: it shares the
-- reservation of an earlier try, and so needs no further room.
local function fit_call(state, price, shares)
  local caps = list_caps(state)
  local whole = shares and 0 or to_whole(price, get_most_per_call(state))
  local refusal = refuse_state(state) or refuse_counts(state)
  if not refusal and not shares then
    refusal = refuse_price(state, price, caps)
      or refuse_amount(state, price, whole, caps)
      or refuse_bound(state, price, whole)
  end
  return whole, refusal
end

-- As an answer carries it: names and values in turn.
local function to_refusal_answer(refusal)
  local flat = {}
  for field, value in pairs(refusal) do
    table.insert(flat, field)
    table.insert(flat, value)
  end
  return flat
end

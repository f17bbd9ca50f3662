import type { Meter } from './meter.js'

/**
 * What was spent in the last window, spend by spend, in a list: exact. Each entry is its moment, and all that was spent
 * before it since the key began; the key keeps that sum, and the newest moment. So any total is a difference of two, and
 * what time has ended is found by halving, however much it is. Either key may be evicted without the other: a list
 * without its key is dropped, a key without its list has spent nothing.
 */
export const slidingLog: Meter = {
  kind: 'log',
  hasLog: true,
  numbers: ({ limit, window }) => [limit, window * 1_000, 0],
  // a: the window.
  source: `
local function entry(policy, index)
  local text = redis.call('LINDEX', policy.key, index)
  if text then
    local moment, sum = string.match(text, '^(%d+) (%d+)$')
    return tonumber(moment), tonumber(sum)
  end
end

-- The first entry from an index on that comes up to it; the size where none does.
local function find(policy, low, isReached)
  local high = policy.size
  while low < high do
    local middle = math.floor((low + high) / 2)
    if isReached(middle) then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

local function append(policy, moment, sum)
  redis.call('RPUSH', policy.key, string.format('%.0f %.0f', moment, sum))
  policy.size = policy.size + 1
end

-- What was written by a clock that has been set back since counts from now.
local function rebase(policy)
  local index = find(policy, 0, function(index) return entry(policy, index) > now end)
  if index == policy.size then
    return
  end
  local _, sum = entry(policy, index)
  if index == 0 then
    redis.call('DEL', policy.key)
  else
    redis.call('LTRIM', policy.key, 0, index - 1)
  end
  policy.size = index
  append(policy, now, sum)
end

local function forget(policy)
  local start = now - policy.a
  local oldest = entry(policy, 0)
  if oldest and oldest <= start then
    local index = find(policy, 1, function(index) return entry(policy, index) > start end)
    redis.call('LTRIM', policy.key, index, -1)
    policy.size = policy.size - index
  end
end

meters.log = {
  judge = function(policy, sum, newest)
    policy.sum = sum
    policy.newest = math.min(newest, now)
    policy.size = redis.call('LLEN', policy.key)
    if fresh and policy.size > 0 then
      redis.call('DEL', policy.key)
      policy.size = 0
    end
    if policy.size > 0 then
      if back then
        rebase(policy)
      end
      forget(policy)
    end
    local _, base = entry(policy, 0)
    policy.total = base and sum - base or 0
    local excess = policy.total + cost - policy.most
    if excess <= 0 then
      return 0
    end
    if cost > policy.most then
      return never
    end
    -- The last of the oldest that make up what is too much.
    local last = find(policy, 1, function(index)
      local _, before = entry(policy, index)
      return before - base >= excess
    end) - 1
    return entry(policy, last) + policy.a - now
  end,
  settle = function(policy, spent)
    if spent > 0 then
      append(policy, now, policy.sum)
      policy.newest = now
      policy.total = policy.total + spent
    end
    local idle = policy.total > 0 and policy.newest + policy.a - now or 0
    if (spent > 0 or back) and idle > 0 then
      redis.call('PEXPIRE', policy.key, lifetime(idle))
    end
    return policy.most - policy.total, idle, policy.sum + spent, policy.newest
  end
}`,
}

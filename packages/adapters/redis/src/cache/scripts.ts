import { type Script, script } from '../connection/script.js'

/*
 * A cache in Redis is its entries, and beside them two sorted sets, whose scores are versions: microseconds of the server's
 * clock, or one above the last. They are exact in Lua's numbers until 2255, and written by `%.0f`, for `tostring` would
 * round them.
 *
 * The tags: `v`, the version; `f`, the floor, below which nothing is vouched for; `t…`, the mark of each tag. One for a cache.
 * The deleted: `f`, the floor; `l`, the highest version of a deletion that is forgotten; each deleted key. One for each shard,
 * in the slot of its entries, so that a script sees both.
 *
 * Memory: a set that the server has evicted, or lost, lacks its floor, and gets a new one. A server that has started again, or
 * was promoted, may hold an older state than it once told. It does not know the scripts: so each script bears the name of its
 * set, and is told to a server only together with a new floor, by `begin`. What was there before is not vouched for.
 */

/** Nobody has used a set for so long, in milliseconds: it goes. */
export const LIFE: number = 30 * 24 * 3_600_000
/** Deletions are remembered for so long, in microseconds; a load that takes longer may lose its place. */
const REMEMBERED = 60_000_000
/** More marks, or deletions, are not kept: the oldest go first. */
const MOST = 100_000

/**
 * A write that changes nothing. A replica, or a server that cannot be told of deletions, refuses it, and so is not read. A server
 * without room lets a script that has written go on: so it can be told of deletions, of which the first line takes no room. Of a
 * mark that is a longer life for the set.
 */
const onlyWritable = `redis.call('ZREM', KEYS[1], '!')`

const text = `local function text(number) return string.format('%.0f', number) end`

/** Takes the lowest members away, and gives the highest score of them: what is below it is not known any more. */
const forget = `
local function forget(members, kept)
  local highest = 0
  for index = 1, #members, 2 do
    if not kept[members[index]] then
      redis.call('ZREM', KEYS[1], members[index])
      highest = math.max(highest, tonumber(members[index + 1]))
    end
  end
  return highest
end
local function beyond(count)
  local more = redis.call('ZCARD', KEYS[1]) - ${MOST}
  if more <= 0 then return {} end
  return redis.call('ZRANGE', KEYS[1], 0, math.min(more, count), 'WITHSCORES')
end`

/**
 * On a cluster a set names the node that was told of its floor, at the infinite score. A node that was a replica meanwhile still
 * knows the script, and has the floor of the one before it, maybe without the last deletions. A server that does not say which
 * node it is is believed.
 */
const signature = {
  sign: `redis.call('ZREMRANGEBYSCORE', KEYS[1], 'inf', 'inf')
  local node = redis.pcall('CLUSTER', 'MYID')
  if type(node) == 'string' then redis.call('ZADD', KEYS[1], 'inf', node) end`,
  refuse: `local signer = redis.call('ZRANGEBYSCORE', KEYS[1], 'inf', 'inf')[1]
if signer then
  local node = redis.pcall('CLUSTER', 'MYID')
  if type(node) == 'string' and node ~= signer then return false end
end`,
}

/** A server alone has no name. */
const unsigned = { sign: '', refuse: '' }

/**
 * The script of a cache's tags.
 *
 * `begin seen`: a new floor; `seen` is a version that it is to be above. Gives the version.
 * `take seen tag…`: a new version, which marks tags. Gives it.
 * `read v f tag…`: the version, the floor, the marks.
 * `look v f tag…`: on a single server, where its shard's deleted and entries lie beside: what `read` gives, then what the
 * shard's `read` gives. That the server knows this script is enough: before it was told, the floor was raised above all there was.
 */
export function tagsScript(name: string, isCluster: boolean): Script {
  const { sign, refuse } = isCluster ? signature : unsigned
  return script(`-- ${JSON.stringify(name)}
if ARGV[1] == 'take' then redis.call('PEXPIRE', KEYS[1], ${LIFE}) else ${onlyWritable} end
${text}
local function versionAfter(last, seen)
  local time = redis.call('TIME')
  return text(math.max(time[1] * 1000000 + time[2], (last or 0) + 1, seen + 1))
end
if ARGV[1] == 'begin' then
  local version = versionAfter(redis.call('ZSCORE', KEYS[1], 'v'), ARGV[2])
  redis.call('ZADD', KEYS[1], version, 'v', version, 'f')
  redis.call('PEXPIRE', KEYS[1], ${LIFE})
  ${sign}
  return version
end
${refuse}
if ARGV[1] == 'read' or ARGV[1] == 'look' then
  local scores = redis.call('ZMSCORE', KEYS[1], unpack(ARGV, 2))
  if not scores[1] or not scores[2] then return false end
  if ARGV[1] == 'read' then return scores end
  local known = redis.call('ZMSCORE', KEYS[2], 'f', 'l')
  if not known[1] or not known[2] then return false end
  return { scores, known[1], #KEYS > 2 and redis.call('MGET', unpack(KEYS, 3)) or {} }
end
local known = redis.call('ZMSCORE', KEYS[1], 'v', 'f')
if not known[1] or not known[2] then return false end
local version = versionAfter(known[1], ARGV[2])
local marks = { version, 'v' }
for index = 3, #ARGV do
  marks[#marks + 1] = version
  marks[#marks + 1] = ARGV[index]
end
local added = redis.call('ZADD', KEYS[1], unpack(marks))
if added == 0 then return version end
${forget}
local highest = forget(beyond(#ARGV), { v = true, f = true })
if highest > tonumber(known[2]) then redis.call('ZADD', KEYS[1], text(highest), 'f') end
return version`)
}

/** Writes the entries of which nothing newer is known. */
const writing = `
if ARGV[1] == 'write' then
  local from = math.max(floor, tonumber(known[2]))
  local written = {}
  for index = 2, #KEYS do
    local key = KEYS[index]
    local ttl = ARGV[2 * index - 1]
    local deleted = tonumber(redis.call('ZSCORE', KEYS[1], key) or 0)
    if version < from or version < deleted or version < (versionOf(key) or 0) then
      written[index - 1] = 0
    else
      written[index - 1] = 1
      if ttl == '0' then
        redis.call('UNLINK', key)
      elseif ttl == '' then
        redis.call('SET', key, ARGV[2 * index])
      else
        redis.call('SET', key, ARGV[2 * index], 'PX', ttl)
      end
    end
  end
  return written
end`

/** Remembers the deletions, and deletes the entries that are not newer; of the oldest deletions forgets as many as it adds. */
const deleting = `
for index = 2, #KEYS do redis.call('ZADD', KEYS[1], 'GT', ARGV[2], KEYS[index]) end
for index = 2, #KEYS do
  if (versionOf(KEYS[index]) or 0) <= version then redis.call('UNLINK', KEYS[index]) end
end
redis.call('PEXPIRE', KEYS[1], ${LIFE})
local count = 2 * #KEYS
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(version - ${REMEMBERED}), 'WITHSCORES', 'LIMIT', 0, count)
local kept = { f = true, l = true }
local highest = math.max(forget(old, kept), forget(beyond(count), kept))
if highest > 0 then redis.call('ZADD', KEYS[1], 'GT', text(highest), 'l') end
return 1`

/**
 * The script of a shard's entries.
 *
 * `begin version`: a new floor.
 * `read`: the floor, then the entries.
 * `write version (ttl frame)…`: for each entry, 1 if it was written, 0 if something newer is known.
 * `delete version`: deletes the entries that are not newer, and remembers it.
 * `free`: deletes the entries below the floor.
 */
export function entriesScript(name: string, isCluster: boolean): Script {
  const { sign, refuse } = isCluster ? signature : unsigned
  return script(`-- ${JSON.stringify(name)}
if ARGV[1] ~= 'write' then ${onlyWritable} end
if ARGV[1] == 'begin' then
  redis.call('ZADD', KEYS[1], 'GT', ARGV[2], 'f', ARGV[2], 'l')
  redis.call('PEXPIRE', KEYS[1], ${LIFE})
  ${sign}
  return 1
end
${refuse}
local known = redis.call('ZMSCORE', KEYS[1], 'f', 'l')
local floor = known[1]
if not floor or not known[2] then return false end
if ARGV[1] == 'read' then
  return { floor, #KEYS > 1 and redis.call('MGET', unpack(KEYS, 2)) or {} }
end
-- A key of another type has none.
local function versionOf(key) return tonumber(redis.pcall('GETRANGE', key, 1, 16)) end
floor = tonumber(floor)
if ARGV[1] == 'free' then
  for index = 2, #KEYS do
    local version = versionOf(KEYS[index])
    if version and version < floor then redis.call('UNLINK', KEYS[index]) end
  end
  return 1
end
local version = tonumber(ARGV[2])
${writing}
${text}
${forget}
${deleting}`)
}

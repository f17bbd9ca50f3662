import type { Connection } from '../connection/connection.js'

/** Makes everything that is stored under a pattern so many milliseconds older: what the passing of time would do. */
const AGE = `
local function older(key, ttl)
  local left = redis.call('PTTL', key) - ttl
  if left == -1 - ttl then return end
  if left <= 0 then redis.call('DEL', key) else redis.call('PEXPIRE', key, left) end
end
local times = {}
for name in string.gmatch('created used seen idle expires kept revoked locked', '%a+') do times[name] = true end
local ttl = tonumber(ARGV[2])
if ttl == 0 then return end
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'hash' then
    for _, field in ipairs(redis.call('HKEYS', key)) do
      if times[field] or string.find(field, '^end:') then redis.call('HINCRBY', key, field, -ttl) end
    end
  elseif kind == 'zset' then
    for _, name in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ttl, name) end
  end
  older(key, ttl)
end
`

/** Lets a time pass for what the stores of a prefix have stored, on every node. */
export async function age(connection: Connection, prefix: string, milliseconds: number): Promise<void> {
  const command = ['EVAL', AGE, '0', `${prefix}:*`, String(milliseconds)] as const
  const wait = { timeout: 10_000 }
  for (const master of await connection.masters(wait)) await master.send(command, wait)
}

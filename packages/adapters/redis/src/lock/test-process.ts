import { once } from 'node:events'
import { redisLock } from '@base/redis/lock'
import { Redis } from 'ioredis'

/** `node test-process.ts <url> <key> <ttl>`: takes the lock and says its token; for each line it gets it writes, with it. */
const [url = '', key = '', ttl = ''] = process.argv.slice(2)
const client = new Redis(url)
const lease = await redisLock(client, { timeout: '10s' }).acquire(key, { ttl: Number(ttl), wait: '1m' })
console.log(`${lease.token}`)

/** What is written to compares the token. */
const WRITE = `
if tonumber(redis.call('HGET', KEYS[1], 'fence') or 0) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1])
return 1`
await once(process.stdin, 'data')
const written = await client.eval(WRITE, 1, `written under ${key}`, `${lease.token}`)
console.log(`${written} ${lease.signal.aborted}`)
client.disconnect()
process.stdin.destroy()

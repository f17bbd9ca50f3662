import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { createCache, memoryCacheStore } from '@base/cache'
import { redisCacheBus, redisCacheStore } from '@base/redis/cache'
import { Redis } from 'ioredis'

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env

const client = new Redis(REDIS_URL)
const subscriber = client.duplicate()
for (const each of [client, subscriber]) each.on('error', (error) => console.error(error.message))

// This process's memory first, then Redis, which all processes share. The bus tells the others what was deleted.
const cache = createCache({
  layers: [memoryCacheStore({ maxEntries: 10_000 }), redisCacheStore(client)],
  bus: redisCacheBus(client, { subscriber }),
  ttl: '10m',
  grace: '1h', // an old report is better than none while a new one fails
})

async function slowReport(year: string) {
  console.log(`computing ${year}`)
  await setTimeout(1_000)
  return { year, at: new Date() }
}

const report = cache.cached(slowReport)

const server = createServer(({ url = '', method }, response) => {
  const year = url.slice(1)
  if (!/^\d{4}$/.test(year)) return void response.writeHead(404).end()
  const answer = method === 'DELETE' ? report.invalidate(year) : report(year)
  answer.then(
    (value) => response.end(`${JSON.stringify(value ?? 'gone')}\n`),
    () => response.writeHead(500).end(),
  )
})
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}/2026`)
})

process.once('SIGTERM', async () => {
  await new Promise((closed) => server.close(closed))
  await cache.close()
  for (const each of [client, subscriber]) each.disconnect()
})

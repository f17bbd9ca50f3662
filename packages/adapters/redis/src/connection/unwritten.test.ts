import { describeWithPrivateService, type Line, lineTo } from '@base-internal/tools/services'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import {
  createClient as createClient5,
  createClientPool as createClientPool5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis-5'
import { describe, expect, test } from 'vitest'
import { clusterOfTests } from '../test-cluster.js'
import { testSentinel } from '../test-sentinel.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'
import type { Connection } from './connection.js'

const patient = { timeout: 30_000 }

/** What the tests need of any client. */
interface Opened {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): unknown
}

const settingsOf = (url: string, port: number) => {
  const { username, password } = new URL(url)
  const sentinelRootNodes = [{ host: '127.0.0.1', port }]
  return { name: 'it', RESP: 2, sentinelRootNodes, nodeClientOptions: { username, password } } as const
}

const FLOOD = 32 * 1_024 * 1_024

const POOL = { minimum: 2, maximum: 2 }

const CLIENTS: readonly (readonly [string, (url: string, sentinelPort: number) => Opened])[] = [
  ['redis 6', (url) => createClient({ url })],
  ['redis 5', (url) => createClient5({ url })],
  ['a pool of redis 6', (url) => createClientPool({ url }, POOL)],
  ['a pool of redis 5', (url) => createClientPool5({ url }, POOL)],
  ['a sentinel of redis 6', (url, port) => createSentinel(settingsOf(url, port))],
  ['a sentinel of redis 5', (url, port) => createSentinel5(settingsOf(url, port))],
]

/** By which nodes a cluster is reached, and as whom. */
interface Nodes {
  readonly rootNodes: { readonly url: string }[]
  readonly defaults: { readonly username: string; readonly password: string }
  readonly nodeAddressMap: Record<string, { readonly host: string; readonly port: number }>
}

/** Asks so often for a key in the turn of the event loop in which the connections break. */
async function askWhileTheyBreak(connection: Connection, lines: readonly Line[], key: string, times: number) {
  await new Promise(setImmediate)
  for (const line of lines) line.reset()
  return Promise.all(
    Array.from({ length: times }, () => connection.send(['GET', key], { ...patient, key, readonly: true })),
  )
}

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(CLIENTS)('%s', (_, create) => {
    test.each([1, 2, 3, 4, 20])(
      '%i commands of the turn in which its connection breaks have their own answers, and it comes back',
      async (times) => {
        await using line = await lineTo(redis.url)
        await using knows = await testSentinel(line.url)
        const client = create(line.url, knows.port)
        client.on('error', () => undefined)
        await client.connect()
        try {
          const connection = connect(client as unknown as RedisClient, 'test')
          await connection.send(['SET', 'key', 'its value'], patient)
          const answers = await askWhileTheyBreak(connection, [line], 'key', times)
          expect(answers.map(String)).toEqual(Array.from({ length: times }, () => 'its value'))
          expect(String(await connection.send(['ECHO', 'after'], patient))).toBe('after')
        } finally {
          await client.destroy()
        }
      },
    )
  })

  test.each(CLIENTS.slice(0, 2))(
    '%s serves after a server that had stopped to read, whatever ran out of time meanwhile',
    async (_, create) => {
      const client = create(redis.url, 0)
      client.on('error', () => undefined)
      await client.connect()
      try {
        const connection = connect(client as unknown as RedisClient, 'test')
        const ask = (timeout: number) => connection.send(['ECHO', 'it'], { timeout }).catch(() => undefined)
        await ask(patient.timeout)
        await redis.pause()
        try {
          // More than the socket takes: what is asked then stays with the client, and leaves one after the other.
          const asked: Promise<unknown>[] = [
            connection.send(['SET', 'much', Buffer.alloc(FLOOD)], { timeout: 100 }).catch(() => undefined),
          ]
          for (const _turn of ['written', 'asked']) await new Promise(setImmediate)
          for (const timeout of [100, 100, 110, 120, 130]) asked.push(ask(timeout))
          await Promise.all(asked)
        } finally {
          await redis.resume()
        }
        expect(String(await ask(patient.timeout))).toBe('it')
      } finally {
        client.destroy()
      }
    },
  )

  test('one whose caller goes in that turn is not sent', async () => {
    await using line = await lineTo(redis.url)
    const client = createClient5({ url: line.url })
    client.on('error', () => undefined)
    await client.connect()
    try {
      const connection = connect(client as unknown as RedisClient, 'test')
      await connection.send(['SET', 'count', '1'], patient)
      const caller = new AbortController()
      client.on('reconnecting', () => caller.abort(new Error('enough')))
      await new Promise(setImmediate)
      line.reset()
      await expect(connection.send(['INCR', 'count'], { ...patient, signal: caller.signal })).rejects.toThrow(
        new Error('enough'),
      )
      expect(String(await connection.send(['GET', 'count'], patient))).toBe('1')
    } finally {
      client.destroy()
    }
  })
})

describeWithPrivateService('redis', {}, () => {
  const cluster = clusterOfTests()

  test.each([
    ['redis 6', (options: Nodes): Opened => createCluster(options)],
    ['redis 5', (options: Nodes): Opened => createCluster5(options)],
  ] as const)('so do those to the nodes of a cluster, on %s', async (_, create) => {
    await using lines = new AsyncDisposableStack()
    const laid = await Promise.all(cluster().urls.map((url) => lineTo(url)))
    for (const line of laid) lines.use(line)
    const portOf = (url: string) => Number(new URL(url).port)
    const { username, password } = new URL(cluster().urls[0] ?? '')
    const client = create({
      rootNodes: laid.map(({ url }) => ({ url })),
      defaults: { username, password },
      nodeAddressMap: Object.fromEntries(
        cluster().urls.map((url, index) => [
          `127.0.0.1:${portOf(url)}`,
          { host: '127.0.0.1', port: portOf(laid[index]?.url ?? '') },
        ]),
      ),
    })
    client.on('error', () => undefined)
    await client.connect()
    try {
      const connection = connect(client as unknown as RedisClient, 'test')
      await connection.send(['SET', 'key', 'its value'], { ...patient, key: 'key' })
      const answers = await askWhileTheyBreak(connection, laid, 'key', 4)
      expect(answers.map(String)).toEqual(['its value', 'its value', 'its value', 'its value'])
    } finally {
      client.destroy()
    }
  })
})

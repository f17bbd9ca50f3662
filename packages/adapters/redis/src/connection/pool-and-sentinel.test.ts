import { deferred } from '@base-internal/tools/deferred'
import { describeWithPrivateService, lineTo } from '@base-internal/tools/services'
import { createClientPool, createSentinel, ErrorReply } from 'redis'
import { createClientPool as createClientPool5, createSentinel as createSentinel5 } from 'redis-5'
import { describe, expect, test, vi } from 'vitest'
import { testSentinel } from '../test-sentinel.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'
import type { Connection } from './connection.js'
import { runScript, script } from './script.js'

/** For an answer on a busy machine, and where none is to come. */
const patient = { timeout: 30_000 }
const hasty = { timeout: 200 }
const add = script(`return redis.call('INCRBY', KEYS[1], ARGV[1])`)

/** What the tests need of either. */
interface Opened {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): unknown
}

type Create = (url: string, sentinelPort: number) => Opened

const settingsOf = (url: string, port: number) => {
  const { username, password } = new URL(url)
  const sentinelRootNodes = [{ host: '127.0.0.1', port }]
  return { name: 'it', RESP: 2, sentinelRootNodes, nodeClientOptions: { username, password } } as const
}

/** Whatever the one client of a pool sends late comes before what is asked then. */
const ALONE = { minimum: 1, maximum: 1 }

const CLIENTS: readonly (readonly [string, Create])[] = [
  ['a pool of redis 6', (url) => createClientPool({ url }, ALONE)],
  ['a pool of redis 5', (url) => createClientPool5({ url }, ALONE)],
  ['a sentinel of redis 6', (url, port) => createSentinel(settingsOf(url, port))],
  ['a sentinel of redis 5', (url, port) => createSentinel5(settingsOf(url, port))],
]

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(CLIENTS)('%s', (_, create) => {
    /** On a line to the server. */
    const using = async (
      test: (connection: Connection, line: Awaited<ReturnType<typeof lineTo>>) => Promise<void>,
      { isAwaited = true } = {},
    ) => {
      await using line = await lineTo(redis.url)
      await using knows = await testSentinel(line.url)
      const client = create(line.url, knows.port)
      client.on('error', () => undefined)
      const connected = client.connect()
      if (isAwaited) await connected
      try {
        await test(connect(client as unknown as RedisClient, 'test'), line)
      } finally {
        await client.destroy()
      }
    }

    test('sends bytes and gets bytes back, and runs scripts; also while it connects', () =>
      using(
        async (connection) => {
          const bytes = Buffer.from([0, 255, 13, 10, 128])
          await connection.send(['SET', 'bytes', bytes], patient)
          expect(await connection.send(['GET', 'bytes'], patient)).toEqual(bytes)
          await connection.send(['DEL', 'sum'], patient)
          expect(await runScript(connection, add, ['sum'], ['2'], patient)).toBe(2)
          expect(await runScript(connection, add, ['sum'], ['3'], { ...patient, once: true })).toBe(5)
          await expect(connection.send(['INCR', 'bytes'], patient)).rejects.toMatchObject({
            code: 'REDIS_REFUSED',
          })
          expect(connection.isCluster).toBe(false)
          expect(await connection.masters(patient)).toEqual([connection])
        },
        { isAwaited: false },
      ))

    test('what may run once runs once, although the connection breaks before the answer', () =>
      using(async (connection, line) => {
        await connection.send(['SET', 'n', '0'], patient)
        line.cut('INCRBY', 'before the answer')
        await expect(connection.send(['INCRBY', 'n', '1'], { ...patient, once: true })).rejects.toMatchObject(
          {
            code: 'REDIS_UNAVAILABLE',
            details: { outcome: 'unknown' },
          },
        )
        line.cut(undefined)
        await expect
          .poll(() => connection.send(['GET', 'n'], hasty).catch(() => undefined), patient)
          .toEqual(Buffer.from('1'))
      }))

    test('nothing runs whose caller was refused while the server was away', () =>
      using(async (connection) => {
        await connection.send(['SET', 'n', '0'], patient)
        await redis.kill()
        try {
          for (const once of [false, true])
            await expect(connection.send(['INCRBY', 'n', '1'], { ...hasty, once })).rejects.toMatchObject({
              code: 'REDIS_UNAVAILABLE',
            })
        } finally {
          await redis.start()
        }
        await expect
          .poll(() => connection.send(['GET', 'n'], hasty).catch(() => undefined), patient)
          .toEqual(Buffer.from('0'))
      }))
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  test.each([
    ['redis 6', (url: string) => createClientPool({ url }, ALONE)],
    ['redis 5', (url: string) => createClientPool5({ url }, ALONE)],
  ] as const)(
    'nothing runs whose caller was refused while all of a pool of %s were in use',
    async (_, create) => {
      const pool = create(redis.url)
      pool.on('error', () => undefined)
      await pool.connect()
      try {
        const connection = connect(pool as unknown as RedisClient, 'test')
        await connection.send(['SET', 'n', '0'], patient)
        const use = deferred()
        const used = pool.execute(() => use.promise)
        for (const once of [false, true])
          await expect(connection.send(['INCR', 'n'], { ...hasty, once })).rejects.toMatchObject({
            details: { outcome: 'not_sent' },
          })
        use.resolve()
        await used
        expect(await connection.send(['GET', 'n'], patient)).toEqual(Buffer.from('0'))
      } finally {
        await pool.destroy()
      }
    },
  )
})

describe('a sentinel of redis 5 that gave up on its first connection', () => {
  test('is not asked, for it would ask itself for ever with no pause', async () => {
    const nobody = 'redis://127.0.0.1:1'
    await using knows = await testSentinel(nobody)
    const nodeClientOptions = { socket: { reconnectStrategy: false } } as const
    const settings = { ...settingsOf(nobody, knows.port), nodeClientOptions, maxCommandRediscovers: 0 }
    const client = createSentinel5(settings)
    client.on('error', () => undefined)
    await client.connect().catch(() => undefined)
    expect([client.isOpen, client.isReady]).toEqual([true, false])
    // What it does with one freezes the process.
    const asked = vi.spyOn(client, '_execute').mockResolvedValue({ reply: 'asked' })
    const connection = connect(client as unknown as RedisClient, 'test')
    await expect(connection.send(['GET', 'n'], hasty)).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      details: { outcome: 'not_sent' },
    })
    expect(asked).not.toHaveBeenCalled()
    await client.destroy()
  })
})

describe('a sentinel', () => {
  type Node = { on(): void; sendCommand(): Promise<unknown> }
  type Run = (node: Node) => Promise<unknown>
  const node = (sendCommand: Node['sendCommand']): Node => ({ on: () => undefined, sendCommand })
  const sentinel = (isReady: () => boolean, execute: (run: Run) => Promise<unknown>) =>
    connect(
      {
        getSentinelNode: () => undefined,
        sendCommand: () => undefined,
        isOpen: true,
        get isReady() {
          return isReady()
        },
        on: () => undefined,
        off: () => undefined,
        _execute: (_: boolean, run: Run) => execute(run),
      } as unknown as RedisClient,
      'test',
    )

  test('is asked as soon as it is ready, which it does not tell', async () => {
    let looks = 0
    const execute = async (run: Run) => (looks > 3 ? run(node(async () => 'OK')) : undefined)
    const connection = sentinel(() => ++looks > 3, execute)
    expect(await connection.send(['GET', 'n'], patient)).toBe('OK')
  })

  test.each([true, false])(
    'of which a replica refused has done nothing, and tells so (once: %s)',
    async (once) => {
      const onRefusal = vi.fn()
      const refuses = async () => {
        throw new ErrorReply("READONLY You can't write against a read only replica.")
      }
      const connection = sentinel(
        () => true,
        async (run) => {
          await run(node(refuses)).catch(() => undefined)
          return new Promise(() => undefined)
        },
      )
      await expect(connection.send(['INCR', 'n'], { ...hasty, once, onRefusal })).rejects.toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        details: { outcome: 'not_done' },
      })
      expect(onRefusal).toHaveBeenCalledTimes(1)
    },
  )
})

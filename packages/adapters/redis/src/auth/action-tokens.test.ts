import { createActionTokens } from '@base/auth/action-tokens'
import { createRecoveryCodes } from '@base/auth/recovery-codes'
import { describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisActionTokenStore, redisRecoveryCodeStore } from './index.js'

const never = (value: unknown): never => value as never

describeWithService('redis', (redis) => {
  let client: Redis
  let prefixes = 0
  const prefix = () => `auth-action-${process.pid}-${Date.now()}-${++prefixes}`
  beforeAll(() => {
    client = new Redis(redis.url)
  })
  afterAll(() => client.disconnect())

  test('no token and no code is stored, and every key of a token ends by itself', async () => {
    const options = { prefix: prefix(), timeout: 20_000 }
    const tokens = createActionTokens({ store: redisActionTokenStore(client, options), purpose: 'reset' })
    const codes = createRecoveryCodes({ store: redisRecoveryCodeStore(client, options) })
    const { token } = await tokens.issue('ann')
    const [code = ''] = await codes.generate('ann')
    const keys = await client.keys(`${options.prefix}:*`)
    const kept = { hash: (key: string) => client.hgetall(key), set: (key: string) => client.smembers(key) }
    const values = keys.map(async (key) => {
      const kind = await client.type(key)
      return kind === 'hash' || kind === 'set' ? kept[kind](key) : client.get(key)
    })
    const stored = JSON.stringify([keys, await Promise.all(values)])
    expect(keys).toHaveLength(3)
    expect(stored).toContain('ann')
    for (const secret of [token.slice(24), code, code.replaceAll('-', '')])
      expect(stored).not.toContain(secret)
    for (const key of keys.filter((name) => name.includes(':action:')))
      expect(await client.pttl(key)).toBeGreaterThan(0)
  })

  test('tokens that are over leave the key of their subject as others are added', async () => {
    const own = prefix()
    const store = redisActionTokenStore(client, { prefix: own, timeout: '20s' })
    const token = (name: string, ttl: number) => ({
      ...{ purpose: 'reset', handle: name.padEnd(24, '_'), hash: name, sub: 'ann', data: '{}', ttl },
    })
    const key = `${own}:action:of:5:reset:ann`
    await store.add(token('a', 60_000), 0)
    await client.hset(key, `end:${'a'.padEnd(24, '_')}`, '1')
    await store.add(token('b', 60_000), 0)
    expect((await client.hkeys(key)).filter((field) => field.startsWith('end:'))).toEqual([
      `end:${'b'.padEnd(24, '_')}`,
    ])
  })

  test.each([
    ['redisActionTokenStore', redisActionTokenStore],
    ['redisRecoveryCodeStore', redisRecoveryCodeStore],
  ] as const)('%s refuses what is no client, no prefix or no timeout', (name, make) => {
    expect(() => make(never({}))).toThrow(`@base/redis ${name}: client must be a client`)
    expect(() => make(client, { prefix: '' })).toThrow(`@base/redis ${name}: prefix must be a text`)
    expect(() => make(client, { timeout: 0 })).toThrow(`@base/redis ${name}: timeout must be more than 0`)
  })
})

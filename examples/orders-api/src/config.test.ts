import { inspect } from 'node:util'
import { loadConfig } from '@base/core/config'
import { describe, expect, test } from 'vitest'
import { Config } from './config.ts'

const load = (env: Record<string, string>) => loadConfig(Config, { env, files: [] })

const own = {
  ISSUER: 'https://shop.example.com',
  DEMO_PASSWORD: 'engine of differences',
  FIELD_KEYS: `2026:${Buffer.alloc(32, 26).toString('base64url')}`,
}

describe('the settings', () => {
  test('have defaults', async () => {
    const defaults = await load({})

    expect(defaults).toMatchObject({ port: 3000, host: '127.0.0.1', drainDelay: '0ms' })
    expect(defaults.dataDir).toMatch(/[\\/]examples[\\/]orders-api[\\/]data$/)
  })

  test('come from the environment', async () => {
    const env = { PORT: '0', HOST: '127.0.0.2', DATA_DIR: 'memory://', DRAIN_DELAY: '2s', HOME: '/root' }

    expect(await load(env)).toMatchObject({
      port: 0,
      host: '127.0.0.2',
      dataDir: 'memory://',
      drainDelay: '2s',
    })
  })

  test('keep the password of a database to themselves', async () => {
    const url = 'postgres://shop:hunter2@db/shop'
    const { databaseUrl } = await load({ DATABASE_URL: url })

    expect(databaseUrl?.reveal()).toBe(url)
    expect(`${inspect(databaseUrl)}${JSON.stringify(databaseUrl)}`).not.toContain('hunter2')
    await expect(load({ DATABASE_URL: 'http://shop:hunter2@db' })).rejects.not.toThrow('hunter2')
  })

  test.each(['redis://shop:hunter2@cache:6379', 'rediss://:hunter2@cache:6380/1'])(
    'keep the password of a Redis to themselves: %s',
    async (url) => {
      const { redisUrl } = await load({ REDIS_URL: url })

      expect(redisUrl?.reveal()).toBe(url)
      expect(`${inspect(redisUrl)}${JSON.stringify(redisUrl)}`).not.toContain('hunter2')
      await expect(load({ REDIS_URL: url.replace(/^rediss?/, 'http') })).rejects.not.toThrow('hunter2')
    },
  )

  test.each(['', 'abc', '-1', '65536', '1e3', '0x10', '80 ', '3.5'])('refuse %j as a port', async (port) => {
    await expect(load({ PORT: port })).rejects.toThrow('PORT: must be a whole number from 0 to 65535')
  })

  test.each([
    ['DATABASE_URL', 'localhost:5432/shop'],
    ['DATABASE_URL', 'http://localhost/shop'],
    ['DATABASE_TIMEOUT', '0ms'],
    ['DATABASE_TIMEOUT', 'soon'],
    ['DATABASE_TIMEOUT', '2147483648ms'],
    ['DATABASE_TIMEOUT', '25d'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'http://localhost'],
    ['REDIS_URL', 'redis://localhost/shop'],
    ['REDIS_URL', 'redis://shop:100%@localhost'],
    ['REDIS_TIMEOUT', '0ms'],
    ['PAYMENT_URL', 'gateway:80'],
    ['PAYMENT_URL', 'file:///etc/passwd'],
    ['PAYMENT_URL', 'http://shop:hunter2@gateway'],
    ['PAYMENT_URL', 'http://gateway/?shop=1'],
    ['PAYMENT_URL', 'http://gateway/#'],
    ['PAYMENT_TIMEOUT', '0s'],
    ['PAYMENT_RECOVERY', 'soon'],
    ['ORDER_LIMIT', '0/minute'],
    ['ORDER_LIMIT', '100'],
    ['ORDER_LIMIT', '10/now'],
    ['SIGN_IN_LIMIT', 'few'],
    ['ISSUER', 'http://shop.example.com'],
    ['ISSUER', 'https://shop.example.com/?a=b'],
    ['DEMO_PASSWORD', 'too short'],
    ['FIELD_KEYS', 'a key'],
    ['FIELD_KEYS', '2026:dG9vIHNob3J0'],
    ['OIDC_CLIENT_SECRET', ''],
  ])('refuse %s=%s', async (name, value) => {
    await expect(load({ [name]: value })).rejects.toMatchObject({ issues: [{ path: name }] })
  })

  test('keep the password of the demo user to themselves', async () => {
    const { demoPassword } = await load({ DEMO_PASSWORD: 'engine of differences' })

    expect(demoPassword?.reveal()).toBe('engine of differences')
    expect(inspect(demoPassword)).not.toContain('engine')
    await expect(load({ DEMO_PASSWORD: 'hunter2' })).rejects.not.toThrow('hunter2')
  })

  test.each(['0.0.0.0', '::', '192.168.1.7', 'shop.example.com', '127.evil.example'])(
    'want a password and a name of our own before others can reach %s',
    async (HOST) => {
      await expect(load({ HOST })).rejects.toMatchObject({
        issues: [{ path: 'ISSUER' }, { path: 'DEMO_PASSWORD' }, { path: 'FIELD_KEYS' }],
      })
      expect(await load({ HOST, ...own })).toMatchObject({ host: HOST, issuer: own.ISSUER })
    },
  )

  test('do not take the password that is known to all for that', async () => {
    const env = { HOST: '0.0.0.0', ...own, DEMO_PASSWORD: 'analytical-engine' }

    await expect(load(env)).rejects.toMatchObject({ issues: [{ path: 'DEMO_PASSWORD' }] })
    expect(await load({ ...env, HOST: '::1' })).toMatchObject({ host: '::1' })
  })

  test('want the same in production, wherever it listens', async () => {
    const env = { NODE_ENV: 'production' }

    await expect(load(env)).rejects.toMatchObject({
      issues: [{ path: 'ISSUER' }, { path: 'DEMO_PASSWORD' }, { path: 'FIELD_KEYS' }],
    })
    // A message that quoted the value would come out as stars.
    await expect(load(env)).rejects.not.toThrow('***')
    expect(await load({ ...env, ...own })).toMatchObject({ host: '127.0.0.1' })
  })

  test('keep the keys of fields to themselves', async () => {
    const { fieldKeys } = await load(own)

    expect(fieldKeys?.reveal()).toBe(own.FIELD_KEYS)
    expect(inspect(fieldKeys)).not.toContain('2026')
    await expect(load({ FIELD_KEYS: '2026:hunter2' })).rejects.not.toThrow('hunter2')
  })

  test('want to know who the service is at a provider', async () => {
    await expect(load({ OIDC_ISSUER: 'login', OIDC_CLIENT_ID: 'shop' })).rejects.toMatchObject({
      issues: [{ path: 'OIDC_ISSUER' }],
    })
    await expect(load({ OIDC_ISSUER: 'https://login.example.com' })).rejects.toMatchObject({
      issues: [{ path: 'OIDC_CLIENT_ID' }],
    })
  })

  test('name every variable that is wrong', async () => {
    const wrong = load({ PORT: 'x', HOST: '', DRAIN_DELAY: '5 s' })

    await expect(wrong).rejects.toMatchObject({
      issues: [{ path: 'PORT' }, { path: 'HOST' }, { path: 'DRAIN_DELAY' }],
    })
    // After it nothing could stop in time any more.
    await expect(load({ DRAIN_DELAY: '21s' })).rejects.toMatchObject({ issues: [{ path: 'DRAIN_DELAY' }] })
    await expect(load({ LOG_LEVEL: 'loud', HOST: '0.0.0.0', DEMO_PASSWORD: 'short' })).rejects.toMatchObject({
      issues: [{ path: 'LOG_LEVEL' }, { path: 'DEMO_PASSWORD' }, { path: 'ISSUER' }, { path: 'FIELD_KEYS' }],
    })
  })
})

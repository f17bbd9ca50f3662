// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what is tested here.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { isAppError } from '../errors/is-app-error.js'
import { ConfigError, loadConfig, sourceOf } from './index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A folder of files that is gone after the test; returns the path of each. */
function files<Name extends string>(contents: Record<Name, string | Uint8Array>): Record<Name, string> {
  const folder = mkdtempSync(join(tmpdir(), 'base-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const paths = {} as Record<Name, string>
  for (const name of Object.keys(contents) as Name[]) {
    paths[name] = join(folder, name)
    writeFileSync(paths[name], contents[name])
  }
  return paths
}

async function failure(loading: Promise<unknown>): Promise<ConfigError> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConfigError)) throw error ?? new Error('It did not fail.')
  return error
}

const schema = z.object({
  port: z.coerce.number().int().default(3000),
  database: z.object({
    url: z.string().startsWith('pg://'),
    poolSize: z.coerce.number().int().min(1).default(10),
    password: z.string().optional(),
  }),
  origins: z.array(z.string()).default([]),
})

describe('loadConfig', () => {
  test('takes defaults, under files, under the environment, under values', async () => {
    const { a, b } = files({
      a: 'PORT=1\nDATABASE__POOL_SIZE=1\nDATABASE__URL=pg://a\nORIGINS=a',
      b: 'DATABASE__POOL_SIZE=2\nDATABASE__URL=pg://b',
    })
    const config = await loadConfig(schema, {
      files: [a, b],
      env: { DATABASE__POOL_SIZE: '3', PORT: '4' },
      values: { port: 5 },
    })

    expect(config).toEqual({
      port: 5,
      database: { url: 'pg://b', poolSize: 3 },
      origins: ['a'],
    })
    expect(sourceOf(config, 'port')).toEqual({ source: 'values', name: 'port' })
    expect(sourceOf(config, 'database.poolSize')).toEqual({ source: 'env', name: 'DATABASE__POOL_SIZE' })
    expect(sourceOf(config, 'database.url')).toEqual({ source: 'file', name: 'DATABASE__URL', file: b })
    expect(sourceOf(config, 'origins.0')).toEqual({ source: 'file', name: 'ORIGINS', file: a })
    expect(sourceOf(config, 'database')).toBeUndefined()
    expect(sourceOf(config, 'nothing')).toBeUndefined()
  })

  test('says that a default is one, and what would set it', async () => {
    const config = await loadConfig(schema, {
      files: [],
      env: { APP_DATABASE__URL: 'pg://a' },
      prefix: 'APP_',
    })

    expect(sourceOf(config, 'database.poolSize')).toEqual({
      source: 'default',
      name: 'APP_DATABASE__POOL_SIZE',
    })
    expect(() => sourceOf({}, 'port')).toThrow('sourceOf: config must be what loadConfig returned')
  })

  test('reads process.env and .env by default, and does not touch the environment', async () => {
    vi.stubEnv('DATABASE__URL', 'pg://process')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const before = { ...process.env }
    const config = await loadConfig(schema)

    expect(config.database.url).toBe('pg://process')
    expect({ ...process.env }).toEqual(before)
  })

  test('freezes at every depth what is plain, and nothing that belongs to others', async () => {
    const shared = { tags: ['a'] }
    const given = { list: [{ a: 1 }] }
    const when = new Date(0)
    const config = await loadConfig(
      z.object({ shared: z.any().default(shared), given: z.any(), when: z.date(), url: z.instanceof(URL) }),
      { files: [], env: {}, values: { given, when, url: new URL('pg://a') } },
    )

    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.given.list[0])).toBe(true)
    expect(Object.isFrozen(config.shared.tags)).toBe(true)
    expect(Object.isFrozen(shared.tags) || Object.isFrozen(given.list)).toBe(false)
    expect(config.when).toBe(when)
    expect(Object.isFrozen(config.when) || Object.isFrozen(config.url)).toBe(false)
  })

  test('takes names in any case of letters; where both are there the upper case counts', async () => {
    const one = await loadConfig(schema, { files: [], env: { database__url: 'pg://low', Port: '7' } })
    const both = await loadConfig(schema, {
      files: [],
      env: { port: '1', PORT: '2', Port: '3', DATABASE__URL: 'pg://a' },
    })

    expect(one).toMatchObject({ port: 7, database: { url: 'pg://low' } })
    expect(both.port).toBe(2)
  })

  test('finds any spelling of a key, with any delimiter', async () => {
    const spelled = z.object({
      apiURL: z.string(),
      'log-level': z.string(),
      max_size: z.string(),
      s3: z.object({ bucketName: z.string() }),
    })
    const env = { X_API_URL: 'a', X_LOG_LEVEL: 'b', X_MAX_SIZE: 'c', X_S3_BUCKET_NAME: 'd' }
    const config = await loadConfig(spelled, { files: [], env, prefix: 'X_', delimiter: '_' })

    expect(config).toEqual({ apiURL: 'a', 'log-level': 'b', max_size: 'c', s3: { bucketName: 'd' } })
  })

  test('takes the prefix off as it is written', async () => {
    const only = z.object({ port: z.string().optional() })
    const load = (env: Record<string, string>) => loadConfig(only, { files: [], env, prefix: 'App.' })

    expect(await load({ 'App.PORT': '1' })).toEqual({ port: '1' })
    expect(await load({ APPXPORT: '1', PORT: '2', 'APP.PORT': '3' })).toEqual({})
  })

  test('takes an empty variable, of the environment or a file, for none where it is told so', async () => {
    const { env: dotenv, token } = files({ env: 'HOST=db\nDEBUG=\n', token: 't-1' })
    const optional = z.object({
      port: z.coerce.number().default(3000),
      host: z.string().default('localhost'),
      debug: z.stringbool().default(false),
      sentryUrl: z.url().optional(),
      token: z.string(),
    })
    const env = { PORT: '', HOST: '', SENTRY_URL: '', TOKEN: '', TOKEN_FILE: token, PROT: '' }
    const options = { files: [dotenv], env, unknown: 'error', emptyStringAsUndefined: true } as const

    expect(await loadConfig(optional, options)).toEqual({
      port: 3000,
      host: 'db',
      debug: false,
      token: 't-1',
    })
    const values = { sentryUrl: '' }
    await expect(loadConfig(optional, { ...options, values })).rejects.toThrow('SENTRY_URL: Invalid URL')
  })

  test('lets references pass by a variable that is none for it is empty', async () => {
    const { first, second, third } = files({
      first: 'HOST=db\n',
      second: 'HOST=\n',
      third: 'URL=http://${HOST}/\n',
    })
    const schema = z.object({ url: z.string() })
    const load = (emptyStringAsUndefined: boolean, env = {}) =>
      loadConfig(schema, { files: [first, second, third], env, emptyStringAsUndefined })

    expect(await load(true)).toEqual({ url: 'http://db/' })
    expect(await load(true, { HOST: '' })).toEqual({ url: 'http://db/' })
    expect(await load(false)).toEqual({ url: 'http:///' })
  })

  test('reads lists as JSON or split at commas, and objects as JSON, where the schema takes nothing else', async () => {
    const lists = z.object({
      a: z.array(z.string()),
      b: z.array(z.coerce.number()),
      none: z.array(z.string()),
      commas: z.array(z.coerce.number()),
      blanks: z.array(z.string()),
      labels: z.record(z.string(), z.string()),
      text: z.string().transform((text) => text.split(';')),
      either: z.union([z.string(), z.array(z.string())]),
    })
    const config = await loadConfig(lists, {
      files: [],
      env: {
        A: ' ["x, y", "z"]',
        B: '1, 2',
        NONE: '',
        COMMAS: '80,,443,',
        BLANKS: ' , ',
        LABELS: '{"team":"core"}',
        LABELS__COST_CENTER: '7',
        TEXT: '[;]',
        EITHER: '["a"]',
      },
    })

    expect(config).toEqual({
      a: ['x, y', 'z'],
      b: [1, 2],
      none: [],
      commas: [80, 443],
      blanks: [],
      labels: { team: 'core', costCenter: '7' },
      text: ['[', ']'],
      either: '["a"]',
    })
  })

  test.each([
    ['a text', { DB__MAIN__URL: 'pg://a', DB__MAIN__URL__OLD: 'pg://b' }, { url: 'pg://a' }],
    [
      'a list',
      { DB__MAIN__URL: 'a', DB__MAIN__HOSTS: 'a,b', DB__MAIN__HOSTS__0: 'c' },
      { url: 'a', hosts: ['a', 'b'] },
    ],
  ])('takes nothing below %s of a record for what it is', async (_, env, main) => {
    const schema = z.object({
      db: z.record(z.string(), z.object({ url: z.string(), hosts: z.array(z.string()).optional() })),
    })
    expect(await loadConfig(schema, { env, files: [] })).toEqual({ db: { main } })
    const [stray = ''] = Object.keys(env).slice(-1)
    const refused = loadConfig(schema, { env, files: [], unknown: 'error' })
    await expect(refused).rejects.toThrow(`${stray}: is not known`)
  })

  test('a key of several alternatives takes what each of them takes', async () => {
    const schema = z.object({
      store: z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('s3'),
          hosts: z.array(z.string()),
          at: z.object({ bucketName: z.string() }),
        }),
        z.object({ kind: z.literal('fs'), hosts: z.string(), at: z.object({ rootFolder: z.string() }) }),
      ]),
    })
    const env = { STORE__KIND: 'fs', STORE__HOSTS: 'a,b', STORE__AT__ROOT_FOLDER: '/srv' }

    expect(await loadConfig(schema, { env, files: [], unknown: 'error' })).toEqual({
      store: { kind: 'fs', hosts: 'a,b', at: { rootFolder: '/srv' } },
    })
  })

  test('looks into records: their lists are split, their groups get defaults, their keys are found as they are spelt', async () => {
    const roles = z.array(z.string())
    const records = z.object({
      roles: z.record(z.string(), roles),
      deep: z.record(z.string(), z.record(z.string(), roles)),
      databases: z.record(
        z.string(),
        z.object({ url: z.string(), pool: z.object({ size: z.string().default('9') }) }),
      ),
      limits: z.record(z.enum(['free_tier', 'PRO']), z.coerce.number()),
      some: z.partialRecord(z.union([z.literal('aB'), z.literal('c-d')]), roles),
      any: z.record(z.string(), z.any()),
    })
    const config = await loadConfig(records, {
      files: [],
      env: {
        ROLES__SITE_ADMIN: 'a,b',
        DEEP__A__B: '["x"]',
        DATABASES__MAIN__URL: 'pg://main',
        DATABASES__READ_ONLY: '{"url":"pg://read"}',
        LIMITS__FREE_TIER: '1',
        LIMITS__PRO: '3',
        SOME__C_D: 'x,y',
        ANY__A__B: 'a,b',
      },
      unknown: 'error',
    })

    expect(config).toEqual({
      roles: { siteAdmin: ['a', 'b'] },
      deep: { a: { b: ['x'] } },
      databases: {
        main: { url: 'pg://main', pool: { size: '9' } },
        readOnly: { url: 'pg://read', pool: { size: '9' } },
      },
      limits: { free_tier: 1, PRO: 3 },
      some: { 'c-d': ['x', 'y'] },
      any: { a: { b: 'a,b' } },
    })
  })

  test('lets the variable of a key count over that of its group, within one source and over a weaker one', async () => {
    const { secret, dotenv } = files({ secret: 'mounted', dotenv: 'DATABASE__POOL_SIZE=2' })
    const load = (env: Record<string, string>) => loadConfig(schema, { files: [dotenv], env })
    const DATABASE = '{"url":"pg://whole","password":"whole"}'

    expect((await load({ DATABASE, DATABASE__URL: 'pg://own' })).database).toEqual({
      url: 'pg://own',
      password: 'whole',
      poolSize: 2,
    })
    expect((await load({ DATABASE, DATABASE__PASSWORD_FILE: secret })).database).toEqual({
      url: 'pg://whole',
      password: 'mounted',
      poolSize: 2,
    })
  })

  test('leaves a group that may be absent absent, and gives those that must be there their defaults', async () => {
    const groups = z.object({
      redis: z.object({ url: z.string() }).optional(),
      log: z.object({ level: z.string().default('info'), sink: z.object({ size: z.string().default('1') }) }),
    })

    expect(await loadConfig(groups, { files: [], env: {} })).toEqual({
      log: { level: 'info', sink: { size: '1' } },
    })
    expect(await loadConfig(groups, { files: [], env: {}, values: { redis: undefined } })).toEqual(
      await loadConfig(groups, { files: [], env: {} }),
    )
  })

  test('takes values from an object of any class, as settings of another library are', async () => {
    class Settings {
      port = 8080
    }
    const ofNoRealm: { port?: number } = Object.create(Object.create(null))
    ofNoRealm.port = 8080
    const schema = z.object({ port: z.number() })
    for (const values of [new Settings(), ofNoRealm]) {
      expect(await loadConfig(schema, { files: [], env: {}, values })).toEqual({ port: 8080 })
    }
  })

  test('skips a file that is not there, and tells of one that cannot be read', async () => {
    const paths = files({ env: 'DATABASE__URL=pg://a', bytes: new Uint8Array([0x41, 0x3d, 0xff]) })
    const folder = join(paths.env, '..')
    expect(await loadConfig(schema, { files: [`${folder}/missing`, paths.env], env: {} })).toMatchObject({
      database: { url: 'pg://a' },
    })

    const big = join(folder, 'big')
    writeFileSync(big, 'a'.repeat(1024 * 1024 + 1))
    const { issues } = await failure(
      loadConfig(schema, { files: [folder, paths.bytes, big, paths.env], env: {} }),
    )
    expect(issues).toEqual([
      { path: folder, message: 'is no regular file', code: 'unreadable' },
      { path: paths.bytes, message: 'is not UTF-8', code: 'unreadable' },
      { path: big, message: 'is larger than 1 MiB', code: 'unreadable' },
    ])
  })

  test('lets a file refer to the environment and to the files above it', async () => {
    const { a, b } = files({ a: 'HOST=a', b: 'DATABASE__URL=pg://${HOST}/${NAME}' })
    const config = await loadConfig(schema, { files: [a, b], env: { NAME: 'orders' } })

    expect(config.database.url).toBe('pg://a/orders')
  })

  test('never reaches a prototype', async () => {
    const open = z.record(z.string(), z.any())
    const env = { '__proto__.a': '1', 'x.__PROTO__.b': '1', constructor: 'c' }
    const config = await loadConfig(open, { files: [], env, delimiter: '.' })

    expect(config).toEqual({ constructor: 'c' })
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
    const values = JSON.parse('{"x":{"__proto__":{"b":1}}}')
    await expect(loadConfig(open, { files: [], env: {}, values })).rejects.toThrow('__proto__')
    const json = z.object({ x: z.record(z.string(), z.any()) })
    const { issues } = await failure(loadConfig(json, { files: [], env: { X: '{"__proto__":{"b":1}}' } }))
    expect(issues[0]?.path).toBe('X')
  })

  test.each<[string, unknown, object, string]>([
    ['no schema', {}, {}, 'schema must be a Standard Schema'],
    ['wrong files', schema, { files: '.env' }, 'files must be an array of paths'],
    ['an empty delimiter', schema, { delimiter: '' }, 'delimiter must be a text that is not empty'],
    ['a wrong mode', schema, { unknown: 'warning' }, 'unknown must be one of "ignore", "warn", "error"'],
    ['a wrong prefix', schema, { prefix: 1 }, 'prefix must be a text, received 1'],
    ['a text for values', schema, { values: 'hunter2' }, 'values must be an object, received "a text".'],
    ['no values', schema, { values: null }, 'values must be an object, received null.'],
    ['a number for values', schema, { values: 5 }, 'values must be an object, received 5.'],
    ['a list for values', schema, { values: [] }, 'values must be an object, received an array of 0.'],
    ['a wrong environment', schema, { env: null }, 'env must be an object of texts, received null'],
  ])('refuses %s', async (_, given, options, message) => {
    await expect(loadConfig(given as typeof schema, options)).rejects.toThrow(
      `@base/core loadConfig: ${message}`,
    )
  })

  test.each<[string, (text: string) => unknown]>([
    ['as it comes', (text) => new URL(text)],
    ['as an error of ours', (text) => assert.fail(new ConfigError([{ path: text, message: text }]))],
  ])(
    'tells what the code of the schema throws %s without its text, beside what else is wrong',
    async (_, make) => {
      const throwing = z.object({ url: z.string().transform(make), key: z.string().optional() })
      const env = { URL: 'pg//app:hunter2@db', KEY_FILE: '/nowhere', UTL: 'x' }
      const error = await failure(loadConfig(throwing, { files: [], env, unknown: 'error' }))

      expect(error.issues.map(({ path, code }) => [path, code])).toEqual([
        ['UTL', 'unknown'],
        ['KEY_FILE', 'unreadable'],
        ['', 'invalid'],
      ])
      expect(error.message).toContain("\n  the schema's own code threw")
      expect(inspect(error)).not.toContain('hunter2')
    },
  )

  test('reports once what the schema throws later, and only when a file that it asked for is read', async () => {
    const { url } = files({ url: 'hunter2' })
    const toUrl = v.transformAsync(async (text: string) => new URL(text))
    const parsed = v.objectAsync({ url: v.pipeAsync(v.string(), toUrl) })
    const error = await failure(loadConfig(parsed, { files: [], env: { URL_FILE: url } }))

    expect(error.issues).toEqual([
      { path: '', message: expect.stringContaining('code threw'), code: 'invalid' },
    ])
    expect(inspect(error)).not.toContain('hunter2')
  })
})

describe('a mounted secret', () => {
  test('is read where X is unset, without the line break at its end', async () => {
    const { secret, link } = files({ secret: 'hunter2\n\n', link: '' })
    rmSync(link)
    symlinkSync(secret, link)
    const env = { DATABASE__URL: 'pg://a', DATABASE__PASSWORD_FILE: link }
    const config = await loadConfig(schema, { files: [], env })

    expect(config.database.password).toBe('hunter2\n')
    expect(sourceOf(config, 'database.password')).toEqual({ source: 'env', name: 'DATABASE__PASSWORD_FILE' })
  })

  test('is not read where the same source, or a stronger one, has X', async () => {
    const { dotenv } = files({ dotenv: 'DATABASE__PASSWORD_FILE=/nowhere\nDATABASE__URL=pg://a' })
    const same = { DATABASE__URL: 'pg://a', DATABASE__PASSWORD: 'x', DATABASE__PASSWORD_FILE: '/nowhere' }

    expect((await loadConfig(schema, { files: [], env: same })).database.password).toBe('x')
    const stronger = await loadConfig(schema, { files: [dotenv], env: { DATABASE__PASSWORD: 'x' } })
    expect(stronger.database.password).toBe('x')
  })

  test('counts over a weaker source that has X', async () => {
    const { dotenv, secret } = files({ dotenv: 'DATABASE__PASSWORD=dev', secret: 'prod' })
    const env = { DATABASE__URL: 'pg://a', DATABASE__PASSWORD_FILE: secret }

    expect((await loadConfig(schema, { files: [dotenv], env })).database.password).toBe('prod')
  })

  test('is read only for an X that the schema names, under the prefix', async () => {
    const env = {
      APP_DATABASE__URL: 'pg://a',
      DATABASE__PASSWORD_FILE: '/nowhere',
      APP_OTHER_FILE: '/nowhere',
    }
    const config = await loadConfig(schema, { files: [], env, prefix: 'APP_' })

    expect(config.database.password).toBeUndefined()
    const both = z.object({ log: z.string().optional(), logFile: z.string() })
    expect(await loadConfig(both, { files: [], env: { LOG_FILE: '/nowhere' } })).toEqual({
      logFile: '/nowhere',
    })
  })

  test('is read for an X within a record, and beside other keys that the schema takes', async () => {
    const { secret } = files({ secret: 'mounted' })
    const group = z.looseObject({ password: z.string().optional() })
    const groups = z.object({ databases: z.record(z.string(), group), cache: group })
    const env = { DATABASES__MAIN__PASSWORD_FILE: secret, CACHE__PASSWORD_FILE: secret, CACHE__LOG_FILE: 'x' }

    expect(await loadConfig(groups, { files: [], env })).toEqual({
      databases: { main: { password: 'mounted' } },
      cache: { password: 'mounted', logFile: 'x' },
    })
  })

  test('is read where X is empty in the same source, and only there', async () => {
    const { dotenv, secret } = files({ dotenv: '', secret: 'mounted' })
    writeFileSync(dotenv, `DATABASE__URL=pg://a\nDATABASE__PASSWORD_FILE=${secret}`)
    const load = async (env: Record<string, string>) =>
      (await loadConfig(schema, { files: [dotenv], env })).database.password

    expect(await load({ DATABASE__PASSWORD: '', DATABASE__PASSWORD_FILE: secret })).toBe('mounted')
    expect(await load({ DATABASE__PASSWORD: '' })).toBe('')
    expect(await load({ DATABASE__PASSWORD: '', DATABASE__PASSWORD_FILE: '' })).toBe('')
  })

  test('is not taken for that of an empty X by a schema that cannot tell it from a setting of its own', async () => {
    const { secret } = files({ secret: 'of somebody else' })
    const bare = v.object({ log: v.string(), logFile: v.string() })
    const env = { LOG: '', LOG_FILE: secret }

    expect(await loadConfig(bare, { files: [], env })).toEqual({ log: '', logFile: secret })
  })

  test('that is no name of a file is not there', async () => {
    const { secret } = files({ secret: 'mounted' })
    const env = {
      DATABASE__URL: '',
      DATABASE__URL_FILE: secret,
      DATABASE__PASSWORD_FILE: '',
      ORIGINS_FILE: '',
    }
    const load = loadConfig(
      z.object({
        database: z.object({ url: z.string(), password: z.string().optional() }),
        origins: z.array(z.string()).default(['x']),
      }),
      { files: [], env, unknown: 'error' },
    )

    expect(await load).toEqual({ database: { url: 'mounted' }, origins: ['x'] })
  })

  test('may hold a list', async () => {
    const { secret } = files({ secret: '["a","b"]\n' })
    const env = { DATABASE__URL: 'pg://a', ORIGINS_FILE: secret }

    expect((await loadConfig(schema, { files: [], env })).origins).toEqual(['a', 'b'])
  })

  test('that is empty says what an empty variable says', async () => {
    const { empty, line } = files({ empty: '', line: '\n' })
    const texts = z.object({ list: z.array(z.string()), text: z.string() })
    const config = await loadConfig(texts, { files: [], env: { LIST_FILE: empty, TEXT_FILE: line } })

    expect(config).toEqual({ list: [], text: '' })
  })

  test('may hold a group, whose keys get their defaults', async () => {
    const { retry, labels, none } = files({
      retry: '{"max":9}\n',
      labels: '{"team":{"name":"core"}}',
      none: '{}',
    })
    const wait = z.object({ ms: z.string().default('5') })
    const groups = z.object({
      retry: z.object({ max: z.coerce.number().default(3), wait }),
      labels: z.record(z.string(), z.any()),
      wait,
    })
    const env = { RETRY_FILE: retry, LABELS_FILE: labels, WAIT_FILE: none }
    const config = await loadConfig(groups, { files: [], env })

    expect(config).toEqual({
      retry: { max: 9, wait: { ms: '5' } },
      labels: { team: { name: 'core' } },
      wait: { ms: '5' },
    })
    expect(sourceOf(config, 'retry.max')).toEqual({ source: 'env', name: 'RETRY_FILE' })
  })

  test('that holds a group counts under what is set of its keys, and over weaker sources', async () => {
    const { whole, dotenv } = files({
      whole: '{"url":"pg://whole","password":"whole"}',
      dotenv: 'DATABASE__URL=pg://weak\nDATABASE__POOL_SIZE=2',
    })
    const env = { DATABASE_FILE: whole, DATABASE__PASSWORD: 'own' }

    expect((await loadConfig(schema, { files: [dotenv], env })).database).toEqual({
      url: 'pg://whole',
      password: 'own',
      poolSize: 2,
    })
    const values = { database: { url: 'pg://values' } }
    expect((await loadConfig(schema, { files: [], env, values })).database.url).toBe('pg://values')
  })

  test('that cannot be read is the only problem of its variable, in any case of letters', async () => {
    const env = { app_Key_File: '/nowhere' }
    const loading = loadConfig(z.object({ key: z.string() }), { files: [], env, prefix: 'app_' })

    expect((await failure(loading)).issues).toEqual([
      { path: 'app_Key_File', message: 'names a file that is not there', code: 'unreadable' },
    ])
  })

  test('that holds a group is not read where the same source, or a stronger one, has the group', async () => {
    const { dotenv, whole } = files({ dotenv: 'DATABASE_FILE=/nowhere', whole: '{"url":"pg://file"}' })
    const DATABASE = '{"url":"pg://a"}'
    const load = (given: string[], env: Record<string, string>) => loadConfig(schema, { files: given, env })

    expect((await load([], { DATABASE, DATABASE_FILE: '/nowhere' })).database.url).toBe('pg://a')
    expect((await load([dotenv], { DATABASE })).database.url).toBe('pg://a')
    expect((await load([dotenv], { DATABASE_FILE: whole })).database.url).toBe('pg://file')
    expect((await failure(load([dotenv], {}))).issues).toEqual([
      { path: 'DATABASE_FILE', message: 'names a file that is not there', code: 'unreadable' },
    ])
  })

  test('that cannot be read is a problem, named by the variable', async () => {
    const { secret } = files({ secret: '' })
    const folder = join(secret, '..')
    mkdirSync(join(folder, 'sub'))
    const required = z.object({ a: z.string(), b: z.string(), c: z.string().optional() })
    const env = { A_FILE: join(folder, 'missing'), B_FILE: join(folder, 'sub'), C_FILE: `${secret}/x` }
    const { issues } = await failure(loadConfig(required, { files: [], env }))

    expect(issues).toEqual([
      { path: 'A_FILE', message: 'names a file that is not there', code: 'unreadable' },
      { path: 'B_FILE', message: 'names a file that is no regular file', code: 'unreadable' },
      { path: 'C_FILE', message: 'names a file that cannot be read (ENOTDIR)', code: 'unreadable' },
    ])
  })
})

describe('ConfigError', () => {
  test('has every problem of one variable, also beside one that is named as its file', async () => {
    const digit = z.string().regex(/\d/, 'needs a digit')
    const log = z.object({ logFile: digit, log: digit.min(8, 'is too short') })
    const { issues } = await failure(loadConfig(log, { files: [], env: { LOG: 'x', LOG_FILE: 'y' } }))

    expect(issues.map(({ path, message }) => [path, message])).toEqual([
      ['LOG_FILE', 'needs a digit'],
      ['LOG', 'needs a digit'],
      ['LOG', 'is too short'],
    ])
  })

  test('has every problem, named by its variable, in its message too', async () => {
    const env = { APP_PORT: 'x', APP_DATABASE__POOL_SIZE: '0', APP_ORIGINS: '["a",7]' }
    const error = await failure(loadConfig(schema, { files: [], env, prefix: 'APP_' }))

    expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG', kind: 'invalid' })
    expect(isAppError(error, 'CONFIG')).toBe(true)
    expect(error.issues.map(({ path, code }) => [path, code])).toEqual([
      ['APP_PORT', 'invalid'],
      ['APP_DATABASE__URL', 'missing'],
      ['APP_DATABASE__POOL_SIZE', 'invalid'],
      ['APP_ORIGINS.1', 'invalid'],
    ])
    expect(error.message).toContain('\n  APP_DATABASE__URL: is not set: ')
    expect(error.cause).toBeUndefined()
  })

  test('says of a text that begins like JSON and is none that it is none, and not what it is', async () => {
    const { file } = files({ file: '["hunter2",' })
    const groups = z.object({
      db: z.object({ url: z.string() }),
      hosts: z.array(z.string()),
      labels: z.record(z.string(), z.string()),
      bare: z.object({ url: z.string() }),
      given: z.object({ url: z.string() }),
    })
    const error = await failure(
      loadConfig(groups, {
        files: [],
        env: {
          DB: ' {"url":"hunter2"',
          HOSTS_FILE: file,
          LABELS: '{"__proto__":"hunter2"}',
          BARE: 'hunter2',
        },
        values: { given: '{"url":"hunter2"' as never },
      }),
    )

    expect(error.message).not.toContain('hunter2')
    expect(error.issues.map(({ path, message, code }) => [path, message, code])).toEqual([
      ['DB', 'cannot be read as JSON', 'invalid'],
      ['HOSTS', 'cannot be read as JSON', 'invalid'],
      ['LABELS', 'cannot be read as JSON', 'invalid'],
      ['BARE', expect.stringContaining('expected object'), 'invalid'],
      ['GIVEN', expect.stringContaining('expected object'), 'invalid'],
    ])
  })

  test('reports rules between keys under the variable, and under none for the whole', async () => {
    const rules = z
      .object({ min: z.coerce.number(), pool: z.object({ maxSize: z.coerce.number() }) })
      .refine(({ min, pool }) => min <= pool.maxSize, {
        message: 'must not be below min',
        path: ['pool', 'maxSize'],
      })
      .refine(() => false, 'pick one')
    const { issues } = await failure(loadConfig(rules, { files: [], env: { MIN: '5', POOL__MAX_SIZE: '2' } }))

    expect(issues).toEqual([
      { path: 'POOL__MAX_SIZE', message: 'must not be below min', code: 'invalid' },
      { path: '', message: 'pick one', code: 'invalid' },
    ])
  })

  test.each<[what: string, message: (value: string) => string]>([
    ['as it is', (value) => `received ${value}`],
    ['in quotes', (value) => `was ${JSON.stringify(value)}`],
    ['in another case', (value) => `got ${value.toUpperCase()}`],
    ['cut off', (value) => `got ${value.slice(0, 18)}…`],
    [
      'as JSON.parse tells of it',
      (value) => `Unexpected token 'c', "${value.slice(0, 10)}"... is not valid JSON`,
    ],
  ])('never shows a value, even where the message of the schema does: %s', async (_, message) => {
    const password = 'correct "horse" battery staple'
    const telling = z.object({
      password: z.string(),
      port: z.string().refine(() => false, message(password)),
    })
    const error = await failure(loadConfig(telling, { files: [], env: { PORT: 'x', PASSWORD: password } }))

    expect(JSON.stringify(error).toLowerCase()).not.toMatch(/correct|horse|battery/)
    expect(error.issues[0]?.path).toBe('PORT')
  })

  test('keeps what a message says beside the value, and what the schema lists itself', async () => {
    const ark = type({ level: "'debug' | 'info'", port: 'string.numeric', flag: "'true'" })
    const env = { LEVEL: 'hunter2', PORT: '7a', FLAG: 'true' }
    const { issues } = await failure(loadConfig(ark, { files: [], env }))

    expect(issues.map(({ path, message }) => [path, message])).toEqual([
      ['LEVEL', 'level must be "debug" or "info" (was "***")'],
      ['PORT', 'port must be a well-formed numeric string (was "***")'],
    ])
  })

  test.each(['-1', '/a', '[]', '\\', '$&', '.?', '(|', '^{}'])(
    'does not show a short value, whatever it is made of: %s',
    async (value) => {
      const short = z.object({ port: z.string().refine(() => false, `was ${value}, not that`) })
      const { issues } = await failure(loadConfig(short, { files: [], env: { PORT: value } }))

      expect(issues[0]?.message).toBe('was ***, not that')
    },
  )

  test.each([',', ', ', ';', '|', ' ', '\n'])(
    'does not show an item of a list that the schema takes apart: %j',
    async (separator) => {
      const item = z.string().refine((text) => text === 'read', { error: ({ input }) => `was "${input}"` })
      const scopes = z.object({
        keys: z
          .string()
          .transform((text) => text.split(separator))
          .pipe(z.array(item)),
      })
      const env = { KEYS: ['hunter2', 'read', 'h2', 'h2-long'].join(separator) }
      const { issues } = await failure(loadConfig(scopes, { files: [], env }))

      expect(issues.map(({ path, message }) => [path, message])).toEqual([
        ['KEYS.0', 'was "***"'],
        ['KEYS.2', 'was "***"'],
        ['KEYS.3', 'was "***"'],
      ])
    },
  )

  test('withholds the messages of thousands of problems rather than look for thousands of values in each', async () => {
    const tag = z.string().refine(() => false, { error: ({ input }) => `was "${input}"` })
    const tags = Array.from({ length: 2_000 }, (_, index) => `tag${index}`)
    const env = { TAGS: JSON.stringify(tags) }
    const error = await failure(loadConfig(z.object({ tags: z.array(tag) }), { files: [], env }))

    expect(error.issues).toHaveLength(2_000)
    expect(error.issues[0]).toEqual({ path: 'TAGS.0', message: 'was "***"', code: 'invalid' })
    expect(error.issues[1_999]).toEqual({
      path: 'TAGS.1999',
      message: "is not valid (the schema's message is withheld, for it may repeat a value)",
      code: 'invalid',
    })
    expect(error.message).not.toMatch(/tag\d/)
  })

  test('does not take a digit in a message for a value', async () => {
    const small = z.object({ port: z.coerce.number().min(1024) })
    const { issues } = await failure(loadConfig(small, { files: [], env: { PORT: '1' } }))

    expect(issues[0]?.message).toContain('1024')
  })
})

describe('names that the schema does not have', () => {
  const env = { PROT: '1', DATABASE__URL: 'pg://a', DATABASE__POOLSIZE: '2', HOME: '/root' }

  test('are ignored by default', async () => {
    expect(await loadConfig(schema, { files: [], env })).toMatchObject({ port: 3000 })
  })

  test('are errors, with what was probably meant', async () => {
    const loading = loadConfig(schema, { files: [], env, unknown: 'error', values: { prot: 1 } as object })

    expect((await failure(loading)).issues.map(({ path, message }) => `${path} ${message}`).sort()).toEqual([
      'DATABASE__POOLSIZE is not known; did you mean DATABASE__POOL_SIZE?',
      'HOME is not known',
      'PROT is not known; did you mean PORT?',
      'prot is not known; did you mean port?',
    ])
  })

  test('are looked for within records too', async () => {
    const records = z.object({ databases: z.record(z.string(), z.object({ url: z.string().optional() })) })
    const values = { databases: { main: { ulr: 'x' } } } as object
    const loading = loadConfig(records, {
      files: [],
      env: { DATABASES__MAIN__ULR: 'x' },
      values,
      unknown: 'error',
    })

    expect((await failure(loading)).issues.map(({ path }) => path)).toEqual([
      'DATABASES__MAIN__ULR',
      'databases.main.ulr',
    ])
  })

  test.each([
    ['MAIN__URI', [['missing', 'DATABASES__MAIN__URL']]],
    ['EU__WEST__URL', [['missing', 'DATABASES__EU__URL']]],
  ])('leave the member of a record there, which then misses what it needs: %s', async (name, missing) => {
    const records = z.object({ databases: z.record(z.string(), z.object({ url: z.string() })) })
    const env = { [`DATABASES__${name}`]: 'x' }
    const problems = async (unknown: 'ignore' | 'error') =>
      (await failure(loadConfig(records, { files: [], env, unknown }))).issues.map((it) => [it.code, it.path])

    expect(await problems('ignore')).toEqual(missing)
    expect(await problems('error')).toEqual([['unknown', `DATABASES__${name}`], ...missing])
  })

  test('are told by a strict member of a record by itself', async () => {
    const strict = z.object({ databases: z.record(z.string(), z.strictObject({ url: z.string() })) })
    const env = { DATABASES__MAIN__URL: 'x', DATABASES__MAIN__POOLSIZE: '3' }
    const { issues } = await failure(loadConfig(strict, { files: [], env }))

    expect(issues.map(({ path }) => path)).toEqual(['DATABASES__MAIN'])
  })

  test('are warned of once, without their values', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    await loadConfig(schema, {
      files: [],
      env: { PROT: 'hunter2', DATABASE__URL: 'pg://a' },
      unknown: 'warn',
    })

    expect(warned.mock.calls).toEqual([
      ['Configuration: PROT is not known; did you mean PORT?', 'ConfigWarning'],
    ])
  })

  test('are looked for in the process only under the prefix, or where they look like ours', async () => {
    vi.stubEnv('DATABASE__URL', 'pg://a')
    vi.stubEnv('DATABSE__URL', 'pg://a')
    vi.stubEnv('DATABASE__SOMETHING', 'x')
    vi.stubEnv('npm__unrelated_thing', 'x')
    vi.stubEnv('PORTS', 'x')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const { issues } = await failure(loadConfig(schema, { files: [], unknown: 'error' }))

    expect(issues.map(({ path }) => path).sort()).toEqual(['DATABASE__SOMETHING', 'DATABSE__URL'])
  })

  test('are looked for in the process within its records as within its groups', async () => {
    vi.stubEnv('DATABASES__MAIN__URI', 'x')
    vi.stubEnv('DATABASE__MAIN__URI', 'x')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const records = z.object({ databases: z.record(z.string(), z.object({ url: z.string().optional() })) })
    const { issues } = await failure(loadConfig(records, { files: [], unknown: 'error' }))

    expect(issues.map(({ path }) => path)).toEqual(['DATABASES__MAIN__URI'])
  })

  test('cannot be told by a schema that cannot describe itself', async () => {
    const loading = loadConfig(v.object({}), { files: [], env: {}, unknown: 'error' })

    await expect(loading).rejects.toMatchObject({ code: 'UNSUPPORTED', details: { vendor: 'valibot' } })
  })
})

describe('the schema', () => {
  test('may be of arktype', async () => {
    const ark = type({
      port: 'string.numeric.parse = "3000"',
      database: { poolSize: 'string.integer.parse' },
    })
    const config = await loadConfig(ark, { files: [], env: { DATABASE__POOL_SIZE: '20', HOME: 'x' } })

    expect(config).toEqual({ port: 3000, database: { poolSize: 20 } })
  })

  test('may be of arktype with what JSON Schema cannot say', async () => {
    const ark = type({
      when: 'string.date.parse',
      even: type('string').narrow((text) => text.length % 2 === 0),
    })
    const config = await loadConfig(ark, {
      files: [],
      env: { WHEN: '2025-01-01', EVEN: 'ab' },
      unknown: 'error',
    })

    expect(config.when).toEqual(new Date('2025-01-01'))
  })

  test('may be of arktype with an object that says nothing of its keys', async () => {
    const ark = type({ db: 'object', roles: { '[string]': 'string[]' } })
    const config = await loadConfig(ark, { files: [], env: { DB__HOST: 'h', ROLES__ADMIN: 'a,b' } })

    expect(config).toEqual({ db: { host: 'h' }, roles: { admin: ['a', 'b'] } })
  })

  test('may be of valibot with what JSON Schema cannot say', async () => {
    const { secret } = files({ secret: 'hunter2' })
    const wrapped = toStandardJsonSchema(
      v.object({
        hosts: v.pipe(
          v.array(v.string()),
          v.check((hosts) => hosts.length > 1),
        ),
        when: v.optional(v.date()),
        odd: v.optional(v.custom<string>((value) => value === 'x')),
        password: v.optional(v.string()),
      }),
    )
    const env = { HOSTS: 'a,b', PASSWORD_FILE: secret, ODD: 'x' }

    expect(await loadConfig(wrapped, { files: [], env, unknown: 'error' })).toEqual({
      hosts: ['a', 'b'],
      odd: 'x',
      password: 'hunter2',
    })
  })

  const entries = {
    port: v.optional(v.pipe(v.string(), v.transform(Number), v.number()), '3000'),
    database: v.object({ poolSize: v.pipe(v.string(), v.transform(Number)), password: v.string() }),
  }

  test('may be of valibot, which cannot describe itself: keys are taken by the rule of names', async () => {
    const { secret } = files({ secret: 'hunter2\n' })
    const env = { DATABASE__POOL_SIZE: '20', DATABASE__PASSWORD_FILE: secret, HOME: 'x', _: 'y', A__: 'z' }
    const config = await loadConfig(v.object(entries), { files: [], env })

    expect(config).toEqual({ port: 3000, database: { poolSize: 20, password: 'hunter2' } })
    expect(sourceOf(config, 'database.password')?.name).toBe('DATABASE__PASSWORD_FILE')
    const alone = await loadConfig(v.object({ password: v.string() }), {
      files: [],
      env: { PASSWORD_FILE: secret },
    })
    expect(alone.password).toBe('hunter2')
  })

  test('that cannot describe itself names X by refusing to go without', async () => {
    const optional = v.object({ password: v.optional(v.string()) })
    const config = await loadConfig(optional, { files: [], env: { PASSWORD_FILE: '/nowhere' } })

    expect(config).toEqual({})
  })

  test('may be of valibot, wrapped so that it describes itself', async () => {
    const wrapped = toStandardJsonSchema(v.strictObject(entries))
    const env = { DATABASE__POOL_SIZE: '20', DATABASE__PASSWORD: 'x', HOME: 'y' }

    expect(await loadConfig(wrapped, { files: [], env })).toEqual({
      port: 3000,
      database: { poolSize: 20, password: 'x' },
    })
  })

  test('may be asynchronous', async () => {
    const slow = z.object({ port: z.string() }).refine(async ({ port }) => port === '1', 'must be 1')

    expect(await loadConfig(slow, { files: [], env: { PORT: '1' } })).toEqual({ port: '1' })
    await expect(loadConfig(slow, { files: [], env: { PORT: '2' } })).rejects.toBeInstanceOf(ConfigError)
  })

  test('may hold itself, and alternatives', async () => {
    const node = z.object({
      name: z.string(),
      get next() {
        return node.optional()
      },
    })
    const kinds = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('disk'), path: z.string() }),
      z.object({ kind: z.literal('s3'), bucketName: z.string() }),
    ])
    const config = await loadConfig(z.object({ node, store: kinds }), {
      files: [],
      env: { NODE__NAME: 'a', NODE__NEXT__NAME: 'b', STORE__KIND: 's3', STORE__BUCKET_NAME: 'c' },
    })

    expect(config).toEqual({
      node: { name: 'a', next: { name: 'b' } },
      store: { kind: 's3', bucketName: 'c' },
    })
  })
})

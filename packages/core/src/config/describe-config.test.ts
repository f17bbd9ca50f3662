import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { secret } from '../secret/secret.js'
import { describeConfig } from './index.js'

describe('describeConfig', () => {
  test('writes an example and a table of every variable', () => {
    const schema = z.object({
      port: z.coerce.number().int().min(1).max(65535).default(3000).describe('Where to listen.'),
      logLevel: z.enum(['debug', 'info']).default('info'),
      database: z.object({
        url: z.url().describe('The database.\nOf orders | stock.'),
        schema: z.string().optional(),
      }),
      redis: z.object({ url: z.string() }).optional(),
      origins: z.array(z.string()).default(['a b', "it's"]),
    })

    const { envExample, markdown } = describeConfig(schema, { prefix: 'APP_' })
    expect(envExample).toBe(`# Where to listen. (integer from 1 to 65535)
# APP_PORT=3000

# (debug, info)
# APP_LOG_LEVEL=info

# The database. Of orders | stock. (uri)
APP_DATABASE__URL=

# (text)
# APP_DATABASE__SCHEMA=

# (text)
# APP_REDIS__URL=

# (list of text)
# APP_ORIGINS="[\\"a b\\",\\"it's\\"]"
`)
    expect(markdown.split('\n').slice(0, 5)).toEqual([
      '| Variable | Type | Required | Default | Description |',
      '| --- | --- | --- | --- | --- |',
      '| `APP_PORT` | integer from 1 to 65535 | no | `3000` | Where to listen. |',
      '| `APP_LOG_LEVEL` | debug, info | no | `info` |  |',
      '| `APP_DATABASE__URL` | uri | yes |  | The database. Of orders \\| stock. |',
    ])
  })

  test('writes what each alternative takes, and requires what all of them do', () => {
    const schema = z.object({
      store: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('s3'), at: z.object({ bucketName: z.string() }) }),
        z.object({ kind: z.literal('fs'), at: z.object({ rootFolder: z.string() }) }),
      ]),
    })

    expect(describeConfig(schema).envExample).toBe(`# (s3 or fs)
STORE__KIND=

# (text)
# STORE__AT__BUCKET_NAME=

# (text)
# STORE__AT__ROOT_FOLDER=
`)
  })

  test('never prints a default that may be a secret', () => {
    const text = z.string().default('hunter2')
    const { envExample, markdown } = describeConfig(
      z.object({
        dbPassword: text,
        apiKey: text,
        accessToken: text,
        clientSecret: text,
        marked: z.string().meta({ writeOnly: true }).default('hunter2'),
        formatted: z.string().meta({ format: 'password' }).default('hunter2'),
        piped: z
          .string()
          .transform(String)
          .pipe(z.string().meta({ format: 'password' }))
          .default('hunter2'),
        decoded: z
          .string()
          .transform(String)
          .pipe(z.string().meta({ writeOnly: true }))
          .default('hunter2'),
        url: z.string().default('pg://app:hunter2@db/orders'),
        slashed: z.string().default('redis://:a/hunter2@db'),
        parameters: z.string().default('pg:///app?user=app&password=hunter2'),
        urls: z.array(z.string()).default(['pg://app:hunter2@db/orders']),
        dbPass: text,
        fieldKeys: text,
        keyboard: z.string().default('qwerty'),
        passenger: z.string().default('ann'),
      }),
    )

    expect(envExample + markdown).not.toContain('hunter2')
    expect(envExample).toContain('# DB_PASSWORD=\n')
    expect(envExample).toContain('# KEYBOARD=qwerty')
    expect(envExample).toContain('# PASSENGER=ann')
  })

  test.each([
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r',
    'Bearer abcdef0123456789abcdef',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP',
    'host=db user=app password=hunter2 dbname=shop',
    'Server=db;User Id=app;Pwd = hunter2;',
    'user=shop;accessKey=hunter2==',
    'client_secret: hunter2',
  ])('never prints a default that has the form of a secret: %s', (preset) => {
    const schema = z.object({
      signer: z.string().default(preset),
      list: z.array(z.string()).default([preset]),
      group: z.any().default({ preset }),
    })

    expect(describeConfig(schema).envExample.match(/^# [A-Z]+=.*$/gm)).toEqual([
      '# SIGNER=',
      '# LIST=',
      '# GROUP=',
    ])
  })

  test('leaves a default out by what its name ends in, and none that only speaks of it', () => {
    const secrets = ['pepper', 'authorization', 'pin', 'otp', 'jwt', 'cookie', 'dsn', 'connectionString']
    const plain = [
      'spin',
      'pinLength',
      'otpPeriod',
      'jwtIssuer',
      'cookieName',
      'connectionStrings2',
      'pepperoni',
    ]
    const schema = (keys: readonly string[]) => {
      const group = z.object(Object.fromEntries(keys.map((key) => [key, z.string().default('hunter2')])))
      return z.object({ my: group })
    }
    for (const delimiter of ['__', '.']) {
      expect(describeConfig(schema(secrets), { delimiter }).envExample).not.toContain('hunter2')
      expect(describeConfig(schema(plain), { delimiter }).envExample.match(/=hunter2$/gm)).toHaveLength(7)
    }
  })

  test.each(['eyJ', 'a key: value', 'Bearer', 'tokens', 'passing=true', '-----BEGIN CERTIFICATE-----'])(
    'prints what only looks a little like one: %s',
    (preset) => {
      expect(describeConfig(z.object({ a: z.string().default(preset) })).markdown).toContain(`\`${preset}\``)
    },
  )

  test('writes a default behind a transform, where it could be set so', () => {
    const schema = z.object({
      debug: z.stringbool().default(false),
      ttl: z.string().transform(Number).default(5),
      log: z.object({ colour: z.stringbool().default(true) }),
      at: z
        .string()
        .transform((host) => ({ host }))
        .default({ host: 'a' }),
      salt: z.string().transform(secret).default(secret('hunter2')),
      trimmed: z.string().default('a').transform(String),
      apiKey: z.string().transform(String).default('hunter2'),
    })
    const { envExample, markdown } = describeConfig(schema)

    expect(envExample.match(/^# [A-Z_]+=.*$/gm)).toEqual([
      '# DEBUG=false',
      '# TTL=5',
      '# LOG__COLOUR=true',
      '# AT=',
      '# SALT=',
      '# TRIMMED=a',
      '# API_KEY=',
    ])
    expect(markdown).toContain('| `DEBUG` | text | no | `false` |  |')
  })

  test('describes schemas of arktype, and of valibot that are wrapped', () => {
    expect(describeConfig(type({ port: 'string = "1"', 'mode?': "'a' | 'b'" })).envExample).toBe(
      // arktype does not tell its defaults.
      '# (a, b)\n# MODE=\n\n# (text)\n# PORT=\n',
    )
    expect(
      describeConfig(toStandardJsonSchema(v.object({ port: v.optional(v.string(), '1') }))).envExample,
    ).toBe('# (text)\n# PORT=1\n')
  })

  test.each([
    ['zod', z.object({ when: z.coerce.date() })],
    ['valibot', toStandardJsonSchema(v.object({ when: v.date() }))],
    [
      'valibot, in a check',
      toStandardJsonSchema(
        v.object({
          when: v.pipe(
            v.string(),
            v.check((text) => text !== ''),
          ),
        }),
      ),
    ],
  ])('describes what JSON Schema cannot say as a text: %s', (_, schema) => {
    expect(describeConfig(schema).envExample).toBe('# (text)\nWHEN=\n')
  })

  test('describes each key of a record that names its keys', () => {
    const schema = z.object({ limits: z.record(z.enum(['free', 'PRO']), z.number()) })

    expect(describeConfig(schema).envExample).toBe('# (number)\nLIMITS__FREE=\n\n# (number)\nLIMITS__PRO=\n')
  })

  test('refuses what is no schema, and names that are none', () => {
    const schema = z.object({ port: z.number() })

    expect(() => describeConfig(undefined as never)).toThrow('describeConfig: schema must be a schema')
    expect(() => describeConfig(schema, { prefix: 7 as never })).toThrow('prefix must be a text, received 7')
    expect(() => describeConfig(schema, { delimiter: '' })).toThrow('delimiter must be a text')
  })

  test('names the library of a schema that cannot describe itself, and the way out', () => {
    const schema = v.object({}) as unknown as Parameters<typeof describeConfig>[0]

    expect(() => describeConfig(schema)).toThrow(
      '@base/core describeConfig: this schema of valibot cannot describe itself by StandardJSONSchemaV1: wrap it in toStandardJsonSchema of @valibot/to-json-schema.',
    )
  })

  test('tells what the library says against a schema that should describe itself', () => {
    const cause = new Error('HOSTNAME is missing')
    const schema = z.object({
      name: z.string().default(() => {
        throw cause
      }),
    })
    const wrapped = {
      '~standard': { ...schema['~standard'], vendor: 'valibot' },
    } as unknown as typeof schema

    for (const one of [schema, wrapped]) {
      expect(() => describeConfig(one)).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/by StandardJSONSchemaV1\.$/), cause }),
      )
    }
  })
})

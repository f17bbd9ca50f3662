import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { parseDotenv } from './dotenv.js'
import { describeConfig, loadConfig, sourceOf } from './index.js'
import { quoted } from './quoted.js'
import { put, type SettingsTree, toInput } from './settings-tree.js'

const schema = z.object({
  a: z.string().default('default'),
  group: z.object({ b: z.string().default('default'), cD: z.string().default('default') }),
})
const variables = { a: 'A', 'group.b': 'GROUP__B', 'group.cD': 'GROUP__C_D' } as const
type Key = keyof typeof variables
const keys = Object.keys(variables) as Key[]

const source = fc.dictionary(fc.constantFrom(...keys), fc.stringMatching(/^[a-z]{1,5}$/))
const named = (settings: Partial<Record<Key, string>>) =>
  Object.fromEntries(
    keys.flatMap((key) => (settings[key] === undefined ? [] : [[variables[key], settings[key]]])),
  )
const nested = (settings: Partial<Record<Key, string>>) => {
  const tree: SettingsTree = new Map()
  for (const key of keys) {
    const value = settings[key]
    if (value !== undefined)
      put(tree, { path: key.split('.'), value, source: { source: 'values', name: key } })
  }
  return toInput(tree)
}
const valueAt = (config: unknown, key: string) =>
  key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], config)

describe('loadConfig', () => {
  test('lets the strongest source that has a setting win, and says which it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'base-config-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const files = [join(folder, 'first'), join(folder, 'second')]
    const write = (settings: Partial<Record<Key, string>>, file: string) =>
      writeFile(
        file,
        Object.entries(named(settings))
          .map((line) => `${line.join('=')}\n`)
          .join(''),
      )

    await fc.assert(
      fc.asyncProperty(source, source, source, source, async (first, second, env, values) => {
        await write(first, files[0] ?? '')
        await write(second, files[1] ?? '')
        const config = await loadConfig(schema, { files, env: named(env), values: nested(values) })

        const strongest = { values, env, second, first }
        for (const key of keys) {
          const [winner, settings] = Object.entries(strongest).find(([, it]) => key in it) ?? []
          expect(valueAt(config, key)).toBe(settings?.[key as never] ?? 'default')
          expect(sourceOf(config, key)).toMatchObject(
            winner === 'first' || winner === 'second'
              ? { source: 'file', file: join(folder, winner), name: variables[key] }
              : { source: winner ?? 'default' },
          )
        }
      }),
    )
  })

  test('never puts a value into its error, whatever the schema says of it', async () => {
    const secretText = fc.string({ minLength: 4, maxLength: 60, unit: 'binary' }).filter((text) => {
      const plain = text.trim().toLowerCase()
      return plain.length >= 4 && !'the schema is not valid withheld message repeats a value'.includes(plain)
    })
    const telling = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => `received ${JSON.stringify(text)} here`,
      (text) => `${text}${text}`,
      (text) => `was ${text.toUpperCase()}`,
    )
    await fc.assert(
      fc.asyncProperty(secretText, secretText, telling, async (one, other, message) => {
        const refusing = z.object({
          one: z.string().refine(() => false, { error: ({ input }) => message(String(input)) }),
          other: z.string().refine(() => false, { error: () => message(one) }),
        })
        const error = await loadConfig(refusing, { files: [], env: { ONE: one, OTHER: other } }).catch(
          (reason: unknown) => reason as Error & { issues: { message: string }[] },
        )
        if (!(error instanceof Error)) throw new Error('It did not fail.')
        for (const text of [error.message, ...error.issues.map((issue) => issue.message)]) {
          expect(text.includes(one) || text.includes(other)).toBe(false)
        }
      }),
    )
  })
})

describe('parseDotenv', () => {
  test('never throws, and is done in time', () => {
    const pieces = fc.constantFrom(
      'A=',
      '"',
      "'",
      '`',
      '\\',
      '${',
      '}',
      ':-',
      '$',
      '#',
      '\n',
      '\r',
      ' ',
      'export ',
      'x',
    )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(pieces, { maxLength: 60 })), (text) => {
        const source = typeof text === 'string' ? text : text.join('')
        const { variables: read, problems } = parseDotenv(source)
        expect(read.size + problems.length).toBeLessThanOrEqual(source.split(/\r\n|\r|\n/).length)
      }),
      { numRuns: runs({ ci: 500, soak: 50_000 }) },
    )
  })

  test('reads back what quoted writes', () => {
    const texts = fc.dictionary(fc.stringMatching(/^[A-Za-z_]\w{0,8}$/), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(texts, (settings) => {
        const lines = Object.entries(settings).map(([name, value]) => `${name}=${quoted(value)}`)
        const { variables: read, problems } = parseDotenv(lines.join('\n'), () => 'wrong')
        expect(problems).toEqual([])
        expect(Object.fromEntries(read)).toEqual(settings)
      }),
    )
  })
})

describe('describeConfig', () => {
  test('writes an example that says what is required, and nothing else', () => {
    const shape = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z]{0,8}$/), fc.option(fc.string()), {
      minKeys: 1,
    })
    fc.assert(
      fc.property(shape, (entries) => {
        const described = z.object(
          Object.fromEntries(
            Object.entries(entries).map(([key, preset]) => [
              key,
              preset === null ? z.string().describe('# "x\ny') : z.string().default(preset),
            ]),
          ),
        )
        const { variables: read, problems } = parseDotenv(describeConfig(described).envExample)
        expect(problems).toEqual([])
        expect([...read.values()].every((value) => value === '')).toBe(true)
        expect(read.size).toBe(
          new Set(
            Object.keys(entries)
              .filter((key) => entries[key] === null)
              .map(upper),
          ).size,
        )
      }),
    )
  })
})

function upper(key: string): string {
  return key
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
}

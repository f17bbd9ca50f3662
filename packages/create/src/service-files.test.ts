import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AXES, CHOICES, type Choices, DEFAULTS } from './choices.js'
import { everyCombination, pairwise } from './fixtures/combinations.js'
import { serviceFiles } from './service-files.js'
import { versions } from './versions.js'

/** What OpenTelemetry's SDK is loaded from by name, and what only compiles. */
const NEVER_IMPORTED = [
  '@opentelemetry/otlp-transformer',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace',
  '@types/node',
  '@types/pg',
  'typescript',
]

const combination = fc.constantFrom(...everyCombination())

function filesOf(choices: Choices, name = 'notes'): ReadonlyMap<string, string> {
  return serviceFiles({ name, choices, versions })
}

function manifestOf(files: ReadonlyMap<string, string>) {
  return JSON.parse(files.get('package.json') ?? '') as {
    name: string
    dependencies: Record<string, string>
    devDependencies: Record<string, string>
    scripts: Record<string, string>
  }
}

/** The packages that the code imports. */
function importedBy(files: ReadonlyMap<string, string>): string[] {
  const code = [...files].flatMap(([path, text]) => (path.endsWith('.ts') ? [text] : [])).join('\n')
  const specifiers = [...code.matchAll(/ from '([^.'][^']*)'/g)].map(([, specifier = '']) => specifier)
  const packages = specifiers
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  return [...new Set(packages)].sort()
}

describe('the files of a service', () => {
  test('are whole texts without a trace of how they came about, whatever is chosen', () => {
    fc.assert(
      fc.property(combination, (choices) => {
        for (const [path, text] of filesOf(choices)) {
          expect(path).toMatch(/^[\w.-]+(\/[\w.-]+)*$/)
          expect(text, path).toMatch(/[^\n]\n$/)
          expect(text, path).not.toMatch(/\bundefined,|\[object |\{\{|\n\n\n|[ \t]\n/)
        }
      }),
    )
  })

  test('depend on what they import, and on nothing else', () => {
    fc.assert(
      fc.property(combination, (choices) => {
        const files = filesOf(choices)
        const { dependencies, devDependencies } = manifestOf(files)
        const declared = Object.keys({ ...dependencies, ...devDependencies })
        expect(declared.filter((name) => !NEVER_IMPORTED.includes(name)).sort()).toEqual(importedBy(files))
      }),
    )
  })

  test('are the same each time', () => {
    fc.assert(
      fc.property(combination, (choices) => {
        expect([...filesOf(choices)]).toEqual([...filesOf(choices)])
      }),
    )
  })

  test('have each setting in the example of the environment', () => {
    fc.assert(
      fc.property(combination, (choices) => {
        const files = filesOf(choices)
        const keys = [...(files.get('src/config.ts') ?? '').matchAll(/^ {2}(\w+): z\./gm)].map(
          ([, key = '']) => key,
        )
        const variables = [...(files.get('.env.example') ?? '').matchAll(/^(?:# )?([A-Z_]+)=/gm)]
        const inCamelCase = variables.map(([, name = '']) =>
          name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        )
        expect(keys).toEqual(inCamelCase)
      }),
    )
  })

  test('have the versions that this package is developed with, as ranges', () => {
    const { dependencies } = manifestOf(filesOf({ ...DEFAULTS, database: 'postgres' }))
    expect(dependencies['drizzle-orm']).toBe(`^${versions['drizzle-orm']}`)
    expect(dependencies['@base/core']).toBe(versions['@base/core'])
  })

  test('start a cache before the database, so that a start that fails closes it', () => {
    for (const choices of everyCombination()) {
      const service = filesOf(choices).get('src/service.ts') ?? ''
      const parts = [...service.matchAll(/^ {4}\.add\((caching|database)\.part\)$/gm)].map(([, part]) => part)
      const cache = choices.cache === 'none' ? [] : ['caching']
      expect(parts).toEqual([...cache, ...(choices.database === 'none' ? [] : ['database'])])
    }
  })

  test('say how to go on, with what was chosen', () => {
    const stepsOf = (choices: Partial<Choices>) =>
      [...(filesOf({ ...DEFAULTS, ...choices }).get('README.md') ?? '').matchAll(/^\d\. (.{12})/gm)].map(
        ([step]) => step,
      )
    expect(stepsOf({})).toEqual(['1. Put your res', '2. Add whatever'])
    expect(stepsOf({ database: 'pglite', auth: 'jwt' })).toEqual([
      '1. Put your res',
      '2. Add its tabl',
      '3. Add whatever',
      '4. For your rea',
    ])
  })

  test.each([
    ['none', undefined, []],
    ['pglite', 'node src/auth/create-key.ts', []],
    ['postgres', 'node src/auth/create-key.ts', ['npm run api-key # prints a key']],
  ] as const)('have a way to a key where they have a database: %s', (database, script, first) => {
    const files = filesOf({ ...DEFAULTS, database, auth: 'api-keys' })
    expect(manifestOf(files).scripts['api-key']).toBe(script)
    expect(files.get('README.md')?.match(/^npm run api-key.*$/gm) ?? []).toEqual(first)
  })

  test('bear the name of the service', () => {
    const files = filesOf(DEFAULTS, 'shop')
    expect(manifestOf(files).name).toBe('shop')
    expect(files.get('README.md')).toMatch(/^# shop\n/)
  })

  test('of nothing chosen have no client of anything', () => {
    const { dependencies } = manifestOf(filesOf(DEFAULTS))
    expect(Object.keys(dependencies)).toEqual([
      '@base/core',
      '@base/domain',
      '@base/observability',
      '@hono/node-server',
      'hono',
      'zod',
    ])
  })
})

test('nine combinations have every two values of two axes', () => {
  const chosen = pairwise()
  for (const [index, one] of AXES.entries()) {
    for (const other of AXES.slice(index + 1)) {
      for (const value of CHOICES[one]) {
        for (const partner of CHOICES[other])
          expect(chosen.some((each) => each[one] === value && each[other] === partner)).toBe(true)
      }
    }
  }
  expect(chosen).toHaveLength(9)
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { formatFindings } from './finding.ts'
import { lintDeps } from './lint-deps.ts'

type Files = Readonly<Record<string, string>>
type Fields = Readonly<Record<string, unknown>>

/** The findings in a repository with core, domain, cache and a redis adapter, and the given files over theirs. */
function lint(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'base-deps-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries({ ...soundRepository(), ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return formatFindings(lintDeps(root))
}

function manifest(name: string, subpaths: readonly string[], fields: Fields = {}): string {
  const exports = Object.fromEntries(subpaths.map((subpath) => [subpath, { default: './dist/x.js' }]))
  return JSON.stringify({ name, exports, ...fields }, null, 2)
}

const REDIS: Fields = {
  dependencies: { '@base/core': 'workspace:^' },
  peerDependencies: { '@base/cache': '>=0.1.0 <2', ioredis: '6' },
  peerDependenciesMeta: { '@base/cache': { optional: true } },
}

function soundRepository(): Files {
  return {
    'package.json': JSON.stringify({ name: 'root', devDependencies: { vitest: '5' } }),
    'packages/core/package.json': manifest('@base/core', ['.', './lock', './clock', './testing']),
    'packages/core/src/index.ts':
      "export { lock } from './lock/index.js'\nexport { type Clock } from './clock/index.js'\n",
    'packages/core/src/lock/index.ts': "export { lock } from './lock.js'\n",
    'packages/core/src/lock/lock.ts':
      "import type { Clock } from '../clock/clock.js'\nexport const lock = (clock: Clock) => clock\n",
    'packages/core/src/lock/lock.test.ts':
      "import { readFileSync } from 'node:fs'\nimport { test } from 'vitest'\nimport { lock } from '@base/core/lock'\nimport './index.js'\n",
    'packages/core/src/clock/index.ts': "export { type Clock } from './clock.js'\n",
    'packages/core/src/clock/clock.ts': 'export interface Clock {}\n',
    'packages/core/src/testing/index.ts': "import assert from 'node:assert'\nexport { assert }\n",
    'packages/cache/package.json': manifest('@base/cache', ['./store'], {
      dependencies: { '@base/core': 'workspace:^' },
    }),
    'packages/cache/src/store/index.ts': "export { lock } from '@base/core/lock'\n",
    'packages/adapters/redis/package.json': manifest('@base/redis', ['./store'], REDIS),
    'packages/adapters/redis/src/store/index.ts':
      "import type { Store } from '@base/cache/store'\nimport { Redis } from 'ioredis'\nexport { lock } from '@base/core/lock'\n",
    'examples/shop/package.json': JSON.stringify({
      name: 'shop',
      dependencies: { '@base/core': 'workspace:*' },
    }),
    'examples/shop/src/main.ts': "import { lock } from '@base/core/lock'\n",
  }
}

describe('the dependency rules', () => {
  test('find nothing in a repository that keeps them', () => {
    expect(lint({})).toBe('')
  })

  const LOCK = 'packages/core/src/lock/lock.ts'
  const STORE = 'packages/cache/src/store/index.ts'
  const REDIS_STORE = 'packages/adapters/redis/src/store/index.ts'

  describe('of imports refuse', () => {
    test.each<[string, string, string, string]>([
      [
        'a package above',
        LOCK,
        "\nimport { a } from '@base/cache/store'",
        `${LOCK}:2  @base/core stands below or beside @base/cache and may not import it.`,
      ],
      [
        'types of a package above',
        LOCK,
        "import type { a } from '@base/cache/store'",
        `${LOCK}:1  @base/core stands below or beside @base/cache`,
      ],
      [
        'a type of a package above inside a type',
        LOCK,
        "\n\nexport type A = import('@base/cache/store').A",
        `${LOCK}:3  @base/core stands below or beside @base/cache`,
      ],
      [
        'an internal of another package',
        STORE,
        "import { a } from '@base/core/lock/lock'",
        `${STORE}:1  @base/core/lock/lock is no public subpath of @base/core.`,
      ],
      [
        'the built files of another package',
        STORE,
        "import { a } from '@base/core/dist/lock/index.js'",
        `${STORE}:1  @base/core/dist/lock/index.js is no public subpath`,
      ],
      [
        'a path out of the package',
        STORE,
        "import { a } from '../../../core/src/lock/lock.js'",
        `${STORE}:1  A package ends at its folder`,
      ],
      [
        'a path out of an example',
        'examples/shop/src/main.ts',
        "import '../../../packages/core/src/index.js'",
        'examples/shop/src/main.ts:1  A package ends at its folder',
      ],
      [
        'an internal from an example',
        'examples/shop/src/main.ts',
        "import '@base/core/nowhere'",
        'examples/shop/src/main.ts:1  @base/core/nowhere is no public subpath',
      ],
      [
        'a package that is not there',
        STORE,
        "import '@base/nowhere'",
        `${STORE}:1  There is no package @base/nowhere in this repository.`,
      ],
      [
        'the package by its own name',
        LOCK,
        "export { a } from '@base/core/clock'",
        `${LOCK}:1  Inside @base/core import the file, not @base/core/clock.`,
      ],
      [
        'a face from inside',
        LOCK,
        "import type { Clock } from '../clock/index.js'",
        `${LOCK}:1  src/clock/index.ts is a face for users`,
      ],
      [
        'export *',
        'packages/core/src/index.ts',
        "export * from './lock/index.js'",
        'packages/core/src/index.ts:1  Name what is exported',
      ],
      [
        'export * under a name',
        'packages/core/src/index.ts',
        "export * as lock from './lock/index.js'",
        'packages/core/src/index.ts:1  Name what is exported',
      ],
      [
        'what is installed for tests only',
        LOCK,
        "import { test } from 'vitest'",
        `${LOCK}:1  vitest is in neither dependencies nor peerDependencies of @base/core.`,
      ],
      [
        'what nobody has declared, in a test',
        'packages/core/src/lock/lock.test.ts',
        "import 'left-pad'",
        'packages/core/src/lock/lock.test.ts:1  left-pad is not in the package.json of @base/core.',
      ],
      [
        'values of an optional peer, in an adapter',
        REDIS_STORE,
        "import { a } from '@base/cache/store'",
        `${REDIS_STORE}:1  @base/cache is an optional peer: an adapter imports its types only`,
      ],
      [
        'an import that leaves a bare one behind',
        REDIS_STORE,
        "import { type A } from '@base/cache/store'",
        `${REDIS_STORE}:1  @base/cache is an optional peer`,
      ],
    ])('%s', (_, file, text, message) => {
      expect(lint({ [file]: text })).toContain(message)
    })
  })

  test('refuse an import cycle, and show it', () => {
    const findings = lint({
      [LOCK]: "import { a } from './lease.js'\nexport const lock = a",
      'packages/core/src/lock/lease.ts':
        "import type { Clock } from '../clock/clock.js'\nimport { lock } from './lock.js'\nexport const a = lock",
    })

    expect(findings).toBe(
      'packages/core/src/lock/lease.ts:2  Import cycle: src/lock/lock.ts → src/lock/lease.ts → src/lock/lock.ts.',
    )
  })

  test('refuse one of types', () => {
    const findings = lint({
      'packages/core/src/clock/clock.ts':
        "import type { lock } from '../lock/lock.js'\nexport interface Clock {}",
    })

    expect(findings).toContain('Import cycle: ')
  })

  test('refuse one in an example', () => {
    const findings = lint({
      'examples/shop/src/orders.ts':
        "import type { Item } from './items.ts'\nexport interface Order { item: Item }",
      'examples/shop/src/items.ts':
        "import type { Order } from './orders.ts'\nexport interface Item { order: Order }",
    })

    expect(findings).toContain('Import cycle: src/items.ts → src/orders.ts → src/items.ts.')
  })

  test('let the functions of a folder know the type of the object that has them all', () => {
    expect(
      lint({
        'packages/core/src/result/result.ts':
          "import { map } from './transform.js'\nexport const Result = { map }",
        'packages/core/src/result/transform.ts':
          "import type { Result } from './result.js'\nexport const map = (result: Result) => result",
      }),
    ).toBe('')
  })

  describe('of Node', () => {
    test.each([
      ['by its scheme', "import { readFileSync } from 'node:fs'"],
      ['by its bare name', "import { readFileSync } from 'fs'"],
      ['lazily', "const fs = await import('node:fs')"],
    ])('refuse a built-in module %s, wherever a subpath reaches it', (_, text) => {
      expect(lint({ [LOCK]: text })).toMatch(
        /^packages\/core\/src\/lock\/lock\.ts:1 {2}(node:)?fs is loaded with \., which must load without Node/,
      )
    })

    test('let types of a built-in module pass', () => {
      expect(lint({ [LOCK]: "import type { Stats } from 'node:fs'\nexport const lock = 1" })).toBe('')
    })

    test('let the subpaths in base.node use it, and nobody who reaches them', () => {
      const files = { [STORE]: "import 'node:fs'" }
      const packageJson = (fields: Fields) => ({
        'packages/cache/package.json': manifest('@base/cache', ['./store'], fields),
      })

      expect(lint({ ...files, ...packageJson({ base: { node: ['./store'] } }) })).toBe('')
      expect(lint({ ...files, ...packageJson({ base: { node: ['./other'] } }) })).toContain(
        'base.node names ./other',
      )
      expect(lint({ ...files, ...packageJson({ base: { node: ['./other'] } }) })).toContain(
        `${STORE}:1  node:fs is loaded`,
      )
    })
  })

  describe('of package.json refuse', () => {
    test.each<[string, string, Fields, string]>([
      [
        'any dependency of core',
        'core',
        { dependencies: { zod: '4' } },
        '@base/core may depend on nothing, not on zod.',
      ],
      [
        'a peer of core',
        'core',
        { peerDependencies: { zod: '4' } },
        '@base/core stands alone and may have no peer.',
      ],
      [
        'a dependency from elsewhere',
        'cache',
        { dependencies: { 'lru-cache': '11' } },
        '@base/cache may depend on @base/core, not on lru-cache.',
      ],
      [
        'a capability that depends on another',
        'cache',
        { dependencies: { '@base/resilience': 'workspace:^' } },
        '@base/cache may depend on @base/core, not on @base/resilience.',
      ],
      [
        'a fixed range',
        'cache',
        { dependencies: { '@base/core': 'workspace:*' } },
        'The range of @base/core must be workspace:^, not workspace:*.',
      ],
      [
        'a peer that is not optional',
        'cache',
        { peerDependencies: { zod: '4' } },
        'The peer zod must be optional',
      ],
      [
        'a capability as a peer of another',
        'cache',
        { peerDependencies: { '@base/auth': '>=0.1.0 <2' } },
        'Only an adapter may have @base/auth as a peer',
      ],
      [
        'a regular dependency on a capability',
        'adapters/redis',
        { dependencies: { '@base/cache': 'workspace:^' } },
        '@base/redis may depend on @base/core, not on @base/cache.',
      ],
      [
        'a client that the adapter brings along',
        'adapters/redis',
        { dependencies: { ioredis: '6' } },
        '@base/redis may depend on @base/core, not on ioredis.',
      ],
      [
        'a narrow range of a peer',
        'adapters/redis',
        { ...REDIS, peerDependencies: { '@base/cache': '^0.1.0' } },
        'The peer @base/cache must be optional and in the range >=0.1.0 <2.',
      ],
      [
        'a required peer of ours',
        'adapters/redis',
        { peerDependencies: { '@base/cache': '>=0.1.0 <2' } },
        'The peer @base/cache must be optional and in the range',
      ],
      [
        'an optional dependency',
        'cache',
        { optionalDependencies: { argon2: '1' } },
        'argon2 must be an optional peer',
      ],
      [
        'a new package that wants more than core',
        'mystery',
        { dependencies: { '@base/cache': 'workspace:^' } },
        '@base/mystery may depend on @base/core, not on @base/cache.',
      ],
    ])('%s', (_, path, fields, message) => {
      const name = `@base/${path.split('/').at(-1)}`
      const findings = lint({ [`packages/${path}/package.json`]: manifest(name, [], fields) })

      expect(findings).toMatch(new RegExp(`packages/${path}/package.json:[0-9]+  `))
      expect(findings).toContain(message)
    })

    test('on the line of the dependency', () => {
      const text = '{\n  "name": "@base/core",\n  "dependencies": {\n    "zod": "4"\n  }\n}'
      expect(lint({ 'packages/core/package.json': text })).toContain('packages/core/package.json:4  ')
    })
  })

  test('want a pattern whole in the root, or not at all', () => {
    const face = "export { lock, type Lease } from './lock.js'\n"
    const both = "export { lock } from './lock/index.js'\nexport type { Lease } from './lock/index.js'\n"

    expect(lint({ 'packages/core/src/lock/index.ts': face })).toBe(
      'packages/core/src/index.ts:1  ./lock/index.js also exports Lease: the root gives out all of a pattern.',
    )
    expect(lint({ 'packages/core/src/lock/index.ts': face, 'packages/core/src/index.ts': both })).toBe('')
    expect(lint({ 'packages/core/src/lock/index.ts': face, 'packages/core/src/index.ts': '' })).toBe('')
  })

  test('want an optional peer imported lazily where it is used', () => {
    const packageJson = manifest('@base/cache', ['./store'], {
      peerDependencies: { zod: '4' },
      peerDependenciesMeta: { zod: { optional: true } },
    })
    const withImport = (text: string) => lint({ 'packages/cache/package.json': packageJson, [STORE]: text })

    expect(withImport("import { z } from 'zod'")).toContain('zod is an optional peer: import it lazily')
    expect(withImport("import type { z } from 'zod'\nconst zod = () => import('zod')")).toBe('')
  })

  test('hold for what a command loads, which may need Node', () => {
    const packageJson = manifest('@base/cache', ['./store'], {
      bin: { cache: './dist/main.js' },
      dependencies: { '@base/core': 'workspace:^' },
    })
    const withImport = (text: string) =>
      lint({
        'packages/cache/package.json': packageJson,
        'packages/cache/src/main.ts': "import './clear.js'",
        'packages/cache/src/clear.ts': text,
      })

    expect(withImport("import 'node:fs'")).toBe('')
    // For who runs it there is no vitest, as there is for tests.
    expect(withImport("import 'vitest'")).toContain(
      'packages/cache/src/clear.ts:1  vitest is in neither dependencies nor peerDependencies',
    )
  })

  test('hold in this repository', () => {
    expect(formatFindings(lintDeps(join(import.meta.dirname, '..', '..')))).toBe('')
  })
})

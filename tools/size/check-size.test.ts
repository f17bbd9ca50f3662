import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readManifest } from '../workspace/manifest.ts'
import { parseBudget } from './budget.ts'
import type { Bundled } from './bundle.ts'
import { checkSize } from './check-size.ts'

const FILES = {
  'dist/small/index.js': "import { shared } from '../shared.js'\nexport const small = () => shared\n",
  'dist/large/index.js': `import { shared } from '../shared.js'\nimport peer from 'peer/sub'\nimport fs from 'node:fs'\nexport const large = () => [shared, peer, fs, '${noise(1500)}']\n`,
  'dist/shared.js': `export const shared = '${noise(500)}'\nexport const unused = '${noise(400)}'\n`,
}

/** Text that gzip can do little with. */
function noise(length: number): string {
  let state = length
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return String.fromCharCode(97 + ((state >> 8) % 26))
  }).join('')
}

function builtPackage(base: object): Bundled {
  const folder = mkdtempSync(join(tmpdir(), 'base-size-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const exports = {
    './small': { default: './dist/small/index.js' },
    './large': { default: './dist/large/index.js' },
    './package.json': './package.json',
  }
  const manifest = { name: '@base/parcels', type: 'module', exports, peerDependencies: { peer: '1' }, base }
  for (const [path, text] of Object.entries({ ...FILES, 'package.json': JSON.stringify(manifest) })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return { folder, manifest: readManifest(folder) }
}

describe('the size gate', () => {
  test('lets subpaths within their budgets pass, and prints those without one', async () => {
    const { rows, problems } = await checkSize(
      builtPackage({ size: { './small': '1 kB', './large': false } }),
    )

    expect(problems).toEqual([])
    expect(rows.map(({ what, limit }) => [what, limit])).toEqual([
      ['./small', 1000],
      ['./large', undefined],
    ])
  })

  test('counts what a subpath uses of its package, compressed, and nothing else', async () => {
    const { rows } = await checkSize(builtPackage({ size: { './small': false, './large': false } }))
    const [small, large] = rows.map(({ bytes }) => bytes)

    const shared = gzipSync(noise(500), { level: 9 }).byteLength
    expect(small).toBeGreaterThan(shared)
    expect(small).toBeLessThan(shared + 100)
    expect(large).toBeGreaterThan((small ?? 0) + 800)
  })

  test('names the subpath over its budget, and by how much', async () => {
    const { rows, problems } = await checkSize(
      builtPackage({ size: { './small': '1 kB', './large': '1 kB' } }),
    )

    const bytes = rows[1]?.bytes ?? 0
    const text = bytes.toLocaleString('en-US')
    expect(problems).toEqual([`@base/parcels ./large is ${text} B, ${bytes - 1000} B over its 1,000 B.`])
  })

  test('weighs a subpath by what it adds to those that an application has anyway', async () => {
    const beside = (limit: string) =>
      checkSize(builtPackage({ size: { './small': '1 kB', './large': limit }, sizeBeside: ['./small'] }))

    const { rows, problems } = await beside('2 kB')
    const [small, large] = rows
    expect(problems).toEqual([])
    expect(small?.added).toBeUndefined()
    expect(large?.added).toBeLessThan((large?.bytes ?? 0) - 250)
    expect(large?.added).toBeGreaterThan(800)
    expect((await beside('500 B')).problems[0]).toMatch(/^@base\/parcels \.\/large adds .* over its 500 B\.$/)
  })

  test('weighs a group once for what it shares, against a budget of its own', async () => {
    const group = (limit: string) =>
      checkSize(
        builtPackage({
          size: { './small': false, './large': false },
          sizeTogether: [{ of: ['./small', './large'], limit }],
        }),
      )

    const { rows, problems } = await group('5 kB')
    const [small = 0, large = 0, together = 0] = rows.map(({ bytes }) => bytes)
    expect(rows[2]?.what).toBe('./small + ./large')
    expect(together).toBeLessThan(small + large - 250)
    expect(together).toBeGreaterThan(large)
    expect(problems).toEqual([])
    expect((await group('900 B')).problems[0]).toContain('@base/parcels ./small + ./large is ')
  })

  test('refuses a subpath without an entry, and an entry without a subpath', async () => {
    const { problems } = await checkSize(builtPackage({ size: { './small': false, './gone': '1 kB' } }))

    expect(problems).toEqual([
      "@base/parcels ./large has no entry in base.size: a budget such as '2 kB', or false.",
      '@base/parcels ./gone has an entry in base.size, but is no subpath.',
    ])
  })

  test('reads a kB as 1,000 bytes', () => {
    expect(parseBudget('2 kB')).toBe(2000)
    expect(parseBudget('2.5 kB')).toBe(2500)
    expect(parseBudget('900 B')).toBe(900)
  })

  test.each(['2', '2kB', '2 KiB', '-1 kB', ''])('refuses the size %j', (text) => {
    expect(() => parseBudget(text)).toThrow('A size is written as')
  })
})

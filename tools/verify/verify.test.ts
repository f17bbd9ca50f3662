import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withConsumer } from '../consumer/consumer.ts'
import { pack } from '../consumer/pack.ts'
import { readManifest } from '../workspace/manifest.ts'
import type { Outcome, Subject } from './check.ts'
import { checkTypes, currentSettings } from './types.ts'
import { nodeTypes, verify, verifyLoading, verifyShape } from './verify.ts'

type Files = Readonly<Record<string, string>>

const LONG = 180_000
const repository = join(import.meta.dirname, '..', '..')

function manifest(changes: object = {}): string {
  const face = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` })
  return JSON.stringify({
    name: '@base/parcels',
    version: '1.0.0',
    description: 'Parcels.',
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    types: './dist/index.d.ts',
    exports: { '.': face('index'), './parcel': face('parcel/index'), './package.json': './package.json' },
    typesVersions: { '*': { parcel: ['./dist/parcel/index.d.ts'] } },
    files: ['dist'],
    publishConfig: { access: 'public', provenance: true },
    ...changes,
  })
}

const SOUND: Files = {
  'package.json': manifest(),
  'README.md': '# @base/parcels\n',
  LICENSE: 'MIT\n',
  'dist/index.js': "export { Parcel } from './chunk.js'\n",
  'dist/index.d.ts': "export { Parcel } from './parcel/index.js'\n",
  'dist/chunk.js': 'export class Parcel { weight = 1 }\n',
  'dist/parcel/index.js': "export { Parcel } from '../chunk.js'\n",
  'dist/parcel/index.d.ts': 'export declare class Parcel {\n  weight: number\n}\n',
}

/** What is found in a package of these files, over those of a sound one. */
async function outcomes(
  files: Files,
  check: (subject: Subject) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-verify-')))
  try {
    for (const [path, text] of Object.entries({ ...SOUND, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const pkg = { path: 'packages/parcels', folder, manifest: readManifest(folder) }
    const tarball = await pack(pkg, folder)
    return await check({ pkg, tarball, tarballs: [tarball] })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const shape = (subject: Subject) => verifyShape(repository, subject)
// The fastest compiler alone: a sound package is compiled by all of them.
const types = ({ tarball, tarballs }: Subject) =>
  withConsumer({ tarballs, dependencies: nodeTypes(repository) }, async (consumer) => [
    await checkTypes(consumer, tarball.manifest, currentSettings('7', tarball.manifest)),
  ])

function problems(found: readonly Outcome[]): string {
  return found.flatMap((outcome) => outcome.problems).join('\n')
}

describe('verify:packages', () => {
  test(
    'finds nothing in a sound package, and says what older resolution gets',
    async () => {
      const found = await outcomes({}, (subject) => verify(repository, subject))

      expect(problems(found)).toBe('')
      expect(found.map(({ title }) => title)).toContain(
        '1 classes are the same object from every subpath, by import and require()',
      )
      const notes = found.flatMap((outcome) => outcome.notes ?? []).join('\n')
      expect(notes).toContain('node10, by typesVersions: compiles.')
      expect(notes).toContain('TS1479; such users need module nodenext and TypeScript 5.8.')
    },
    LONG,
  )

  test(
    'refuses a class that is two, one that the root lacks, and code that require() cannot load',
    async () => {
      const other = { types: './dist/other/index.d.ts', default: './dist/other/index.js' }
      const root = { types: './dist/index.d.ts', default: './dist/index.js' }
      const files = {
        'dist/index.js': 'await 0\nexport class Parcel {}\n',
        'dist/other/index.js': 'export class Parcel {}\nexport class Unrooted {}\n',
        'package.json': manifest({ exports: { '.': root, './other': other } }),
      }
      const found = problems(await outcomes(files, verifyLoading))

      expect(found).toMatch(/@base\/parcels, by require\(\) on Node 20: [\s\S]*ERR_REQUIRE_ASYNC_MODULE/)
      expect(found).toContain('Parcel is one class in . and another in ./other.')
      expect(found).toContain('Unrooted of ./other is not in the root face.')
    },
    LONG,
  )

  test(
    'refuses a subpath that writes when it is loaded, or wants what only the workspace has',
    async () => {
      const files = {
        'dist/index.js': "console.warn('loaded')\n",
        'dist/parcel/index.js': "import 'left-pad'\n",
      }
      const found = problems(await outcomes(files, verifyLoading))

      expect(found).toContain('@base/parcels, by import on Node 26: loaded')
      expect(found).toMatch(
        /@base\/parcels\/parcel, by import on Node 22: [\s\S]*Cannot find package 'left-pad'/,
      )
    },
    LONG,
  )

  test(
    'refuses types that do not compile',
    async () => {
      const declaration =
        "import type { Pad } from 'left-pad'\nexport declare class Parcel {\n  pad: Pad\n}\n"
      const found = problems(await outcomes({ 'dist/parcel/index.d.ts': declaration }, types))

      expect(found).toContain('TypeScript 7, nodenext: node_modules')
      expect(found).toContain('TypeScript 7, bundler: node_modules')
      expect(found).toContain("Cannot find module 'left-pad'")
    },
    LONG,
  )

  test(
    'starts the commands of a package that is not imported, and has its templates',
    async () => {
      const { 'package.json': _, ...none } = Object.fromEntries(Object.keys(SOUND).map((path) => [path, '']))
      const files = (version: string) => ({
        ...none,
        'package.json': manifest({
          types: undefined,
          typesVersions: undefined,
          exports: { './package.json': './package.json' },
          bin: { parcels: './dist/main.js' },
          files: ['dist/main.js', 'template'],
        }),
        'README.md': SOUND['README.md'] ?? '',
        LICENSE: SOUND['LICENSE'] ?? '',
        'dist/main.js': `#!/usr/bin/env node\nconsole.log('${version}')\n`,
        'template/src/main.test.ts': 'export {}\n',
      })
      const found = await outcomes(files('1.0.0'), (subject) => verify(repository, subject))

      expect(problems(found)).toBe('')
      expect(found.map(({ title }) => title)).toContainEqual(
        expect.stringMatching(/^1 commands start on Node 20/),
      )
      expect(problems(await outcomes(files('0.9.0'), (subject) => verify(repository, subject)))).toContain(
        'dist/main.js --version on Node 26 must print 1.0.0 and exit with 0: it exits with 0.\n0.9.0',
      )
    },
    LONG,
  )

  test(
    'refuses what is missing, what is too much and what is wrong in the package.json',
    async () => {
      const files = {
        'dist/parcel/parcel.test.js': 'export {}\n',
        'dist/parcel/parcel.ts': 'export {}\n',
        'dist/chunk-OLD.js': 'export {}\n',
        'package.json': manifest({
          sideEffects: undefined,
          license: 'ISC',
          engines: { node: '>=18' },
          typesVersions: undefined,
          exports: {
            '.': { default: './dist/index.js', types: './dist/index.d.ts' },
            './parcel': { types: './dist/parcel/gone.d.ts', default: './dist/parcel/index.js' },
          },
        }),
      }
      const found = problems(await outcomes(files, shape))

      expect(found).toContain('dist/parcel/parcel.test.js is in the tarball, but no user needs it.')
      expect(found).toContain('dist/parcel/parcel.ts is in the tarball, but no user needs it.')
      expect(found).toContain('dist/chunk-OLD.js is in the tarball, but no subpath or command leads to it')
      expect(found).not.toContain('dist/chunk.js')
      expect(found).toContain(
        'dist/parcel/gone.d.ts is in exports, typesVersions or bin, but not in the tarball.',
      )
      expect(found).toContain('license must be "MIT", not "ISC".')
      expect(found).toContain('engines.node must be ">=20.19", not ">=18".')
      expect(found).toContain('sideEffects must be false, not undefined.')
      expect(found).toContain('exports["."] must be {"types"')
      expect(found).toContain('typesVersions["*"]["parcel"] must be "./dist/parcel/index.d.ts"')
      // publint
      expect(found).toMatch(/"?types"? .*should be the first/)
      // are-the-types-wrong
      expect(found).toMatch(/@base\/parcels\/parcel \(bundler\): /)
    },
    LONG,
  )
})

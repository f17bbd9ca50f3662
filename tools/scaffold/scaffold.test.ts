import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiReport } from '../api/report.ts'
import { pack } from '../consumer/pack.ts'
import { formatFindings } from '../deps/finding.ts'
import { lintDeps } from '../deps/lint-deps.ts'
import { checkSize } from '../size/check-size.ts'
import { verifyShape } from '../verify/verify.ts'
import { publicPackages } from '../workspace/packages.ts'
import { newPackage } from './new-package.ts'
import { newPattern } from './new-pattern.ts'

const repository = join(import.meta.dirname, '..', '..')
const bin = (name: string) => join(repository, 'node_modules', '.bin', name)
const LONG = 120_000

/** The workspace as a newcomer has it, with the installed tools linked in. */
function copyWorkspace(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'base-scaffold-')))
  const files = [
    'package.json',
    'pnpm-workspace.yaml',
    'tsconfig.base.json',
    'biome.json',
    'vitest.workspace.ts',
    'LICENSE',
  ]
  for (const file of files) cpSync(join(repository, file), join(root, file))
  // Core's own tests and benches import peers, which nobody installs there.
  const own = (path: string) =>
    !/[/\\](node_modules|\.turbo|\.cache|dist)([/\\]|$)|\.(test|test-d|bench)\.ts$/.test(
      path.slice(repository.length),
    )
  for (const folder of ['packages/core', 'tools']) {
    cpSync(join(repository, folder), join(root, folder), { recursive: true, filter: own })
  }
  execFileSync('git', ['init', '-q'], { cwd: root })
  cpSync(join(repository, '.gitignore'), join(root, '.gitignore'))
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  link(root, 'packages/core/node_modules/@base-internal/tools', 'tools')
  // New packages compile against a built core.
  execFileSync(bin('tsup'), [], { cwd: join(root, 'packages/core'), env: env(root), stdio: 'pipe' })
  return root
}

function link(root: string, from: string, to: string): void {
  mkdirSync(dirname(join(root, from)), { recursive: true })
  symlinkSync(join(root, to), join(root, from))
}

function linkDependencies(root: string, folder: string): void {
  link(root, `${folder}/node_modules/@base/core`, 'packages/core')
  link(root, `${folder}/node_modules/@base-internal/tools`, 'tools')
}

/** Builds, checks and tests a package there, as `pnpm build check test` do; throws with the output of what failed. */
function prove(root: string, folder: string, pattern: string): void {
  const run = (command: string, args: readonly string[], cwd = root) => {
    const { status, stdout, stderr } = spawnSync(bin(command), args, {
      cwd,
      encoding: 'utf8',
      env: env(root),
    })
    if (status !== 0) throw new Error(`${command} failed (${status}):\n${stdout}${stderr}`)
  }
  run('tsup', [], join(root, folder))
  run('tsc', [], join(root, folder))
  // As main.ts does after writing.
  run('biome', ['check', '--write', '--error-on-warnings', folder])
  run('vitest', ['run', '--root', join(root, folder), `src/${pattern}`], join(root, folder))
  execFileSync(process.execPath, [join(root, folder, 'src', pattern, `${pattern}.bench.ts`)], {
    cwd: join(root, folder),
    env: { ...env(root), BENCH_SMOKE: '1' },
    stdio: 'pipe',
  })
}

/** Holds a built package there to the gates that a published one must pass, as far as nothing has to be installed. */
async function proveGates(root: string, folder: string): Promise<void> {
  const pkg = publicPackages(root).find(({ path }) => path === folder)
  if (pkg === undefined) throw new Error(`${folder} is no package.`)
  expect(formatFindings(lintDeps(root))).toBe('')
  expect((await checkSize(pkg)).problems).toEqual([])
  expect(apiReport(pkg)).toContain(`# Public types of ${pkg.manifest.name}`)
  const tarball = await pack(pkg, join(root, folder))
  const outcomes = await verifyShape(root, { pkg, tarball, tarballs: [tarball] })
  expect(outcomes.flatMap(({ problems }) => problems)).toEqual([])
}

function env(root: string): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH']}` }
}

describe('the scaffold', () => {
  let root: string
  beforeAll(() => {
    root = copyWorkspace()
  }, LONG)
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test(
    'writes a package that builds, checks, lints, passes its tests and runs its bench',
    async () => {
      const folder = newPackage(root, 'parcels')
      linkDependencies(root, folder)

      prove(root, folder, 'parcels')
      await proveGates(root, folder)
      expect(existsSync(join(root, folder, 'dist/parcels/index.d.ts'))).toBe(true)
    },
    LONG,
  )

  test(
    'writes an adapter one folder deeper',
    async () => {
      const folder = newPackage(root, 'pigeons', { adapter: true, pattern: 'message-broker' })
      linkDependencies(root, folder)

      expect(folder).toBe('packages/adapters/pigeons')
      prove(root, folder, 'message-broker')
      await proveGates(root, folder)
    },
    LONG,
  )

  test(
    'adds a pattern to an existing package, with its exports',
    async () => {
      newPattern(root, 'core', 'parcel-tracker')

      const manifest = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'))
      expect(manifest.exports['./parcel-tracker']).toEqual({
        types: './dist/parcel-tracker/index.d.ts',
        default: './dist/parcel-tracker/index.js',
      })
      expect(manifest.typesVersions['*']['parcel-tracker']).toEqual(['./dist/parcel-tracker/index.d.ts'])
      expect(manifest.base.size['./parcel-tracker']).toBe('2 kB')
      expect(Object.keys(manifest.exports).at(-1)).toBe('./package.json')
      prove(root, 'packages/core', 'parcel-tracker')
      await proveGates(root, 'packages/core')
    },
    LONG,
  )

  test.each([
    ['no name', undefined, /must be in kebab-case/],
    ['another case', 'CircuitBreaker', /must be in kebab-case/],
    ['a path', '../core', /must be in kebab-case/],
    ['a grab bag', 'http-utils', /must say what it is for/],
  ])('refuses %s', (_, name, message) => {
    expect(() => newPackage(root, name)).toThrow(message)
    expect(() => newPattern(root, 'core', name)).toThrow(message)
  })

  test('refuses a package that nobody made, and what exists already', () => {
    expect(() => newPattern(root, 'nowhere', 'thing')).toThrow('There is no package nowhere')
    expect(() => newPackage(root, 'core')).toThrow('packages/core exists already.')
    expect(() => newPattern(root, 'core', 'errors')).toThrow('exists already')
  })
})

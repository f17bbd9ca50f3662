import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installOtherRuntimes, NODE_RUNTIMES, type Runtime } from '../matrix/runtimes.ts'
import { billOfMaterials, compilePrograms, createService, installByName, runPrograms } from './consumers.ts'
import { forbiddenLicences } from './licences.ts'
import { FIRST_PROGRAMS, type FirstProgram } from './programs.ts'
import { startRegistry } from './registry.ts'
import { installVerdaccio } from './verdaccio.ts'
import { cloneInto, type WorkingCopy } from './working-copy.ts'

/**
 * A release of the last commit, from its changesets to a newcomer's first program, into a registry of our own: nothing
 * leaves this machine.
 */
const root = process.cwd()
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-rehearsal-')))
const problems: string[] = []
const ADAPTERS: ReadonlySet<string> = new Set(['@base/redis', '@base/drizzle', '@base/opossum'])
/** What their users in TypeScript have beside them. */
const TYPES = ['@types/opossum', '@types/node', '@types/pg']
const THIS_NODE: Runtime = { name: `Node ${process.version}`, command: process.execPath, args: [] }

try {
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const { bun, deno } = await installOtherRuntimes(join(folder, 'runtimes'))
  const verdaccio = await installVerdaccio(join(folder, 'verdaccio'))
  const copy = await cloneInto(join(folder, 'repository'), root)
  const registry = await startRegistry(verdaccio, folder, upstream)
  try {
    await firstRelease(copy, registry.url, [...NODE_RUNTIMES, bun, deno])
    await upgrade(copy, registry.url)
  } finally {
    await registry.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'The release can be made.' : 'The release cannot be made.')
process.exitCode = problems.length === 0 ? 0 : 1

async function firstRelease(
  copy: WorkingCopy,
  registry: string,
  runtimes: readonly Runtime[],
): Promise<void> {
  await copy.version()
  await copy.publish(registry)
  console.log(list('Published', copy.versions()))
  for (const program of FIRST_PROGRAMS) await beNewcomer(program, registry, runtimes)

  await beFounder(registry)
  const everything = join(folder, 'everything')
  const beside = FIRST_PROGRAMS.flatMap((program) => program.beside ?? [])
  await installByName(everything, registry, [...copy.versions().keys(), ...beside, ...TYPES])
  console.log('All of them together:')
  problems.push(...(await compilePrograms(everything, FIRST_PROGRAMS)))
  const sbom = await billOfMaterials(everything)
  writeFileSync(join(root, 'sbom.cdx.json'), sbom)
  problems.push(...forbiddenLicences(sbom))
  console.log('The bill of materials is in sbom.cdx.json; its licences were checked.')
}

/** In an empty project: a package, what its users have beside it, and their first program. */
async function beNewcomer(
  program: FirstProgram,
  registry: string,
  runtimes: readonly Runtime[],
): Promise<void> {
  const newcomer = join(folder, 'newcomers', program.package.replace('/', '-'))
  await installByName(newcomer, registry, [program.package, ...(program.beside ?? [])])
  const found = await runPrograms(newcomer, program, runtimes)
  const where = runtimes.map(({ name }) => name).join(', ')
  console.log(`  ${found.length === 0 ? '✓' : '×'} ${program.package} on ${where}, import and require`)
  problems.push(...found)
}

/** In an empty folder: a new service with all that needs no server. */
async function beFounder(registry: string): Promise<void> {
  const flags = ['--database', 'pglite', '--cache', 'memory', '--auth', 'api-keys', '--observability', 'full']
  const found = await createService(join(folder, 'founder'), registry, flags)
  console.log(`  ${found.length === 0 ? '✓' : '×'} npm create @base, its types and its tests`)
  problems.push(...found)
}

/** A minor of a package makes none that stands on it major, or even minor. */
async function upgrade(copy: WorkingCopy, registry: string): Promise<void> {
  const standsOn = [...copy.versions().keys()].filter((name) => !ADAPTERS.has(name))
  for (const raised of [['@base/core'], standsOn]) {
    const before = copy.versions()
    const lines = raised.map((name) => `'${name}': minor\n`).join('')
    copy.change('rehearsal', `---\n${lines}---\n\nRehearse an upgrade.\n`)
    await copy.version()
    const after = copy.versions()
    console.log(list('Then', after))
    problems.push(...raisedTooFar(before, after, new Set(raised)))
  }
  await copy.publish(registry)
  for (const program of FIRST_PROGRAMS) await beNewcomer(program, registry, [THIS_NODE])
}

function raisedTooFar(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  raised: ReadonlySet<string>,
): string[] {
  return [...after].flatMap(([name, version]) => {
    const [major, minor] = version.split('.')
    const [majorBefore, minorBefore] = before.get(name)?.split('.') ?? []
    if (major === majorBefore && (raised.has(name) || minor === minorBefore)) return []
    return [`A minor of ${[...raised].join(', ')} takes ${name} from ${before.get(name)} to ${version}.`]
  })
}

function list(title: string, versions: ReadonlyMap<string, string>): string {
  return `${title}: ${[...versions].map(([name, version]) => `${name}@${version}`).join(', ')}`
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { billOfMaterials, compilePrograms, installByName, runPrograms } from './consumers.ts'
import { forbiddenLicences } from './licences.ts'
import { startRegistry } from './registry.ts'
import { runtimesOf } from './runtimes.ts'
import { openToolbox } from './toolbox.ts'
import { cloneInto, type WorkingCopy } from './working-copy.ts'

/**
 * A release of the last commit, from its changesets to a newcomer's first program, into a registry of our own: nothing
 * leaves this machine.
 */
const root = process.cwd()
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-rehearsal-')))
const problems: string[] = []

try {
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const toolbox = await openToolbox(join(folder, 'toolbox'))
  const copy = await cloneInto(join(folder, 'repository'), root)
  const registry = await startRegistry(toolbox.verdaccio, folder, upstream)
  try {
    await firstRelease(copy, registry.url, toolbox)
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
  toolbox: Parameters<typeof runtimesOf>[0],
): Promise<void> {
  await copy.version()
  await copy.publish(registry)
  console.log(list('Published', copy.versions()))

  const newcomer = join(folder, 'newcomer')
  await installByName(newcomer, registry, ['@base/core', '@base/resilience'])
  console.log('In an empty project:')
  problems.push(...(await runPrograms(newcomer, runtimesOf(toolbox))), ...(await compilePrograms(newcomer)))

  const everything = join(folder, 'everything')
  await installByName(everything, registry, [...copy.versions().keys()])
  const sbom = await billOfMaterials(everything)
  writeFileSync(join(root, 'sbom.cdx.json'), sbom)
  problems.push(...forbiddenLicences(sbom))
  console.log('The bill of materials is in sbom.cdx.json; its licences were checked.')
}

/** A minor of core makes no package that stands on it major. */
async function upgrade(copy: WorkingCopy, registry: string): Promise<void> {
  const before = copy.versions()
  copy.change('rehearsal', "---\n'@base/core': minor\n---\n\nRehearse an upgrade.\n")
  await copy.version()
  await copy.publish(registry)
  const after = copy.versions()
  console.log(list('Then', after))
  for (const [name, version] of after) {
    const [major, minor] = version.split('.')
    const [majorBefore, minorBefore] = before.get(name)?.split('.') ?? []
    const isCore = name === '@base/core'
    if (major !== majorBefore || (!isCore && minor !== minorBefore))
      problems.push(`A minor of @base/core takes ${name} from ${before.get(name)} to ${version}.`)
  }
  const newcomer = join(folder, 'upgraded')
  await installByName(newcomer, registry, ['@base/core', '@base/resilience'])
  problems.push(...(await runPrograms(newcomer, [{ name: 'Node', command: process.execPath, args: [] }])))
}

function list(title: string, versions: ReadonlyMap<string, string>): string {
  return `${title}: ${[...versions].map(([name, version]) => `${name}@${version}`).join(', ')}`
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../consumer/run.ts'
import { compiler, nodeBinary, type TypeScriptVersion } from '../matrix/matrix.ts'
import type { Runtime } from '../matrix/runtimes.ts'
import { asCommonJs, asModule, asTypes, type FirstProgram } from './programs.ts'

/** A bill of materials needs a version of the whole. */
const NEWCOMER = { name: 'newcomer', version: '1.0.0', private: true }

const STRICT = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext']
const COMPILERS: readonly TypeScriptVersion[] = ['5.8', '7']

/** Installs packages by their published names into an empty project, with npm, as a newcomer does. */
export async function installByName(
  folder: string,
  registry: string,
  packages: readonly string[],
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(NEWCOMER))
  writeFileSync(join(folder, '.npmrc'), `@base:registry=${registry}\n`)
  await succeed('npm', ['install', '--no-audit', '--no-fund', ...packages], folder)
}

/** Makes a service by npm's own command, and installs, compiles and tests it as its README says; what went wrong. */
export async function createService(
  folder: string,
  registry: string,
  flags: readonly string[],
): Promise<string[]> {
  const service = join(folder, 'shop')
  const settings = `@base:registry=${registry}\n`
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, '.npmrc'), settings)
  try {
    // A cache of its own, for in that of this machine the command of an earlier rehearsal may be.
    const cache = ['--cache', join(folder, 'cache')]
    await succeed('npm', ['create', '--yes', ...cache, '@base', 'shop', '--', ...flags], folder)
    writeFileSync(join(service, '.npmrc'), settings)
    await succeed('npm', ['install', '--no-audit', '--no-fund'], service)
    for (const script of ['check', 'test']) await succeed('npm', ['run', script], service)
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** Runs the first program of a package's user, of both kinds; what went wrong, one line each. */
export async function runPrograms(
  folder: string,
  program: FirstProgram,
  runtimes: readonly Runtime[],
): Promise<string[]> {
  const problems: string[] = []
  for (const [extension, source] of [
    ['mjs', asModule(program)],
    ['cjs', asCommonJs(program)],
  ] as const) {
    const file = join(folder, `${nameOf(program)}.${extension}`)
    writeFileSync(file, source)
    for (const { name, command, args } of runtimes) {
      const { code, stdout, stderr } = await run(command, [...args, file], folder)
      if (code === 0 && stdout.trim() === 'ok') continue
      problems.push(`${program.package}, ${name}, .${extension}: ${stdout}${stderr}`)
    }
  }
  return problems
}

/** Compiles the programs with types, as ES modules and as CommonJS; what went wrong, one line each. */
export async function compilePrograms(folder: string, programs: readonly FirstProgram[]): Promise<string[]> {
  const problems: string[] = []
  for (const extension of ['mts', 'cts']) {
    for (const version of COMPILERS) {
      for (const skipped of [true, undefined]) {
        const files = programs
          .filter((each) => each.skipLibCheck === skipped && !(extension === 'cts' && each.esModulesOnly))
          .map((program) => writeTypes(folder, program, extension))
        if (files.length === 0) continue
        const flags = [...STRICT, ...(skipped ? ['--skipLibCheck'] : [])]
        const { code, stdout } = await run(nodeBinary('24'), [compiler(version), ...flags, ...files], folder)
        if (code !== 0) problems.push(`TypeScript ${version}, .${extension}: ${stdout}`)
      }
    }
  }
  console.log(`  ${problems.length === 0 ? '✓' : '×'} TypeScript ${COMPILERS.join(', ')}, .mts and .cts`)
  return problems
}

function writeTypes(folder: string, program: FirstProgram, extension: string): string {
  const file = join(folder, `${nameOf(program)}-types.${extension}`)
  writeFileSync(file, asTypes(program))
  return file
}

function nameOf(program: FirstProgram): string {
  return program.package.replace('@base/', '')
}

/** The bill of materials of what is installed, as CycloneDX. */
export function billOfMaterials(folder: string): Promise<string> {
  return succeed('npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev'], folder)
}

async function succeed(command: string, args: readonly string[], folder: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, folder)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  return stdout
}

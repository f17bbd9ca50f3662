import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../consumer/run.ts'
import { compiler, nodeBinary, type TypeScriptVersion } from '../matrix/matrix.ts'
import { PROGRAMS, TYPED } from './programs.ts'
import type { Runtime } from './runtimes.ts'

/** A bill of materials needs a version of the whole. */
const NEWCOMER = { name: 'newcomer', version: '1.0.0', private: true }

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

/** Runs the first program of a user, of both kinds; what went wrong, one line each. */
export async function runPrograms(folder: string, runtimes: readonly Runtime[]): Promise<string[]> {
  const problems: string[] = []
  for (const [kind, source] of Object.entries(PROGRAMS)) {
    const file = join(folder, kind === 'esm' ? 'first.mjs' : 'first.cjs')
    writeFileSync(file, source)
    for (const { name, command, args } of runtimes) {
      const { code, stdout, stderr } = await run(command, [...args, file], folder)
      const works = code === 0 && stdout.trim() === 'ok'
      console.log(`  ${works ? '✓' : '×'} ${name}, ${kind}`)
      if (!works) problems.push(`${name}, ${kind}: ${stdout}${stderr}`)
    }
  }
  return problems
}

/** Compiles a typed program as an ES module and as CommonJS; what went wrong, one line each. */
export async function compilePrograms(folder: string): Promise<string[]> {
  const problems: string[] = []
  for (const extension of ['mts', 'cts']) {
    const file = join(folder, `typed.${extension}`)
    writeFileSync(file, TYPED)
    for (const version of COMPILERS) {
      const args = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', file]
      const { code, stdout } = await run(nodeBinary('24'), [compiler(version), ...args], folder)
      console.log(`  ${code === 0 ? '✓' : '×'} TypeScript ${version}, .${extension}`)
      if (code !== 0) problems.push(`TypeScript ${version}, .${extension}: ${stdout}`)
    }
  }
  return problems
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

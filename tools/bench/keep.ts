import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { type Machine, machine } from './machine.ts'
import type { Figure } from './measure.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Where figures are kept, which git ignores; `docs:benchmarks` takes them from there. */
export const KEPT = join(ROOT, '.cache', 'bench')

/** What a bench has measured. */
export interface Measurement {
  readonly name: string
  readonly ours: string
  readonly workloads: Readonly<Record<string, readonly Figure[]>>
}

/** The same, with where and with what. */
export interface KeptBench extends Measurement, Machine {
  /** The bench, from the root of the repository. */
  readonly file: string
  /** The versions of the packages that it compares with, or stands on. */
  readonly versions: Readonly<Record<string, string>>
}

/** Keeps what a bench measured, as JSON: one file for each table. */
export function keep(measurement: Measurement): void {
  const bench = process.argv[1] ?? ''
  const file = relative(ROOT, bench)
  const kept: KeptBench = { file, ...machine(), versions: versionsOf(bench), ...measurement }
  mkdirSync(KEPT, { recursive: true })
  const text = `${JSON.stringify(kept, rounded, 2)}\n`
  writeFileSync(
    join(KEPT, `${slug(`${file.replace(/^packages|src|\.bench\.ts$/g, '')} ${measurement.name}`)}.json`),
    text,
  )
}

/** Four digits are more than a figure is worth. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}

/** The benches whose figures were kept on a day. */
export function keptOn(date: string): ReadonlySet<string> {
  return new Set(readKept(KEPT).flatMap((bench) => (bench.date === date ? [bench.file] : [])))
}

/** What a folder holds of kept benches. */
export function readKept(folder: string): KeptBench[] {
  return globSync('*.json', { cwd: folder })
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as KeptBench)
    .filter(({ workloads }) => workloads !== undefined)
}

function slug(text: string): string {
  return text
    .replace(/[^a-z0-9]+/gi, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
}

/** An import of values in a file that is formatted as ours are: a parser would stand in the memory of each bench. */
const IMPORT = /^(?:import(?! type)|\}).* from '([^']+)'$/gm

/** Of the packages that a file imports, but for ours and those of Node. */
function versionsOf(file: string): Record<string, string> {
  const require = createRequire(file)
  const names = [...readFileSync(file, 'utf8').matchAll(IMPORT)]
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !/^(?:node:|\.|@base)/.test(specifier))
    .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, versionOf(require, name)]))
}

/** Not by `require`: a package need not export its manifest. */
function versionOf(require: NodeJS.Require, name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string })
        .version
    } catch {}
  }
  return 'unknown'
}

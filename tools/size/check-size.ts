import { subpaths } from '../workspace/manifest.ts'
import { formatBytes, parseBudget } from './budget.ts'
import { type Bundled, gzipSize } from './bundle.ts'

/** The size of a subpath, or of several together, beside its budget. */
export interface SizeRow {
  readonly what: string
  readonly bytes: number
  /** Bytes; undefined for no budget. */
  readonly limit: number | undefined
}

/** What a package weighs, and what is wrong with it in sentences. */
export interface SizeReport {
  readonly rows: readonly SizeRow[]
  readonly problems: readonly string[]
}

/** Measures every subpath of a built package, and what `base.sizeTogether` groups. */
export async function checkSize(pkg: Bundled): Promise<SizeReport> {
  const { name, base } = pkg.manifest
  const paths = subpaths(pkg.manifest)
  const size = base?.size ?? {}
  const rows: SizeRow[] = []
  for (const path of paths) {
    const budget = size[path]
    rows.push(await measure(pkg, [path], typeof budget === 'string' ? budget : undefined))
  }
  for (const { of, limit } of base?.sizeTogether ?? []) rows.push(await measure(pkg, of, limit))

  const missing = paths.filter((path) => size[path] === undefined)
  const unknown = Object.keys(size).filter((path) => !paths.includes(path))
  return {
    rows,
    problems: [
      ...missing.map(
        (path) => `${name} ${path} has no entry in base.size: a budget such as '2 kB', or false.`,
      ),
      ...unknown.map((path) => `${name} ${path} has an entry in base.size, but is no subpath.`),
      ...rows.flatMap((row) => overBudget(name, row)),
    ],
  }
}

async function measure(pkg: Bundled, of: readonly string[], budget: string | undefined): Promise<SizeRow> {
  const limit = budget === undefined ? undefined : parseBudget(budget)
  return { what: of.join(' + '), bytes: await gzipSize(pkg, of), limit }
}

function overBudget(name: string, { what, bytes, limit }: SizeRow): string[] {
  if (limit === undefined || bytes <= limit) return []
  return [
    `${name} ${what} is ${formatBytes(bytes)}, ${formatBytes(bytes - limit)} over its ${formatBytes(limit)}.`,
  ]
}

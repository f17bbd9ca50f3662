import { subpaths } from '../workspace/manifest.ts'
import { formatBytes, parseBudget } from './budget.ts'
import { type Bundled, gzipSize } from './bundle.ts'

/** The size of a subpath, or of several together, beside its budget. */
export interface SizeRow {
  readonly what: string
  /** All that it needs. */
  readonly bytes: number
  /** What it adds to `base.sizeBeside`; undefined where it is weighed alone. */
  readonly added: number | undefined
  /** Bytes; undefined for no budget. */
  readonly limit: number | undefined
}

/** What a package weighs, and what is wrong with it in sentences. */
export interface SizeReport {
  readonly rows: readonly SizeRow[]
  readonly problems: readonly string[]
}

/**
 * Measures every subpath of a built package, and what `base.sizeTogether` groups. A budget is for what a subpath adds to
 * `base.sizeBeside`, if there is such, and a group's for all that it needs.
 */
export async function checkSize(pkg: Bundled): Promise<SizeReport> {
  const { name, base } = pkg.manifest
  const paths = subpaths(pkg.manifest)
  const size = base?.size ?? {}
  const rows: SizeRow[] = []
  for (const path of paths) rows.push(await weigh(pkg, path))
  for (const { of, limit } of base?.sizeTogether ?? []) {
    const bytes = await gzipSize(pkg, of)
    rows.push({ what: of.join(' + '), bytes, added: undefined, limit: parseBudget(limit) })
  }
  return {
    rows,
    problems: [...entryProblems(name, paths, size), ...rows.flatMap((row) => overBudget(name, row))],
  }
}

async function weigh(pkg: Bundled, path: string): Promise<SizeRow> {
  const { size = {}, sizeBeside = [] } = pkg.manifest.base ?? {}
  const budget = size[path]
  const bytes = await gzipSize(pkg, [path])
  const alone = sizeBeside.length === 0 || sizeBeside.includes(path)
  const added = alone
    ? undefined
    : (await gzipSize(pkg, [...sizeBeside, path])) - (await gzipSize(pkg, sizeBeside))
  return { what: path, bytes, added, limit: typeof budget === 'string' ? parseBudget(budget) : undefined }
}

function entryProblems(
  name: string,
  paths: readonly string[],
  size: Readonly<Record<string, string | false>>,
): string[] {
  const missing = paths.filter((path) => size[path] === undefined)
  const unknown = Object.keys(size).filter((path) => !paths.includes(path))
  return [
    ...missing.map((path) => `${name} ${path} has no entry in base.size: a budget such as '2 kB', or false.`),
    ...unknown.map((path) => `${name} ${path} has an entry in base.size, but is no subpath.`),
  ]
}

function overBudget(name: string, { what, bytes, added, limit }: SizeRow): string[] {
  const weight = added ?? bytes
  if (limit === undefined || weight <= limit) return []
  const verb = added === undefined ? 'is' : 'adds'
  return [
    `${name} ${what} ${verb} ${formatBytes(weight)}, ${formatBytes(weight - limit)} over its ${formatBytes(limit)}.`,
  ]
}

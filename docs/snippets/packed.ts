import {
  inParallel,
  NODES,
  type NodeVersion,
  nodeBinary,
  pack,
  publicPackages,
  type Tarball,
  type WorkspacePackage,
  withConsumer,
  withDependencies,
} from '@base-internal/tools/consumer'
import { type ModuleFormat, packagesOf } from './module.ts'
import type { Program } from './program.ts'
import { ROOT } from './project.ts'
import { run } from './run.ts'

/** A Node, and how programs are loaded on it. */
export interface Place {
  readonly node: NodeVersion
  readonly format: ModuleFormat
}

/** How the programs of a README ended in one place. */
export interface PlaceResult {
  readonly place: Place
  /** How many were run. */
  readonly programs: number
  /** What is wrong, each naming document and line. */
  readonly problems: readonly string[]
}

const FORMATS: readonly ModuleFormat[] = ['esm', 'cjs']

/** Every Node that published code runs on, with ES modules and CommonJS. */
const PLACES: readonly Place[] = NODES.flatMap((node) => FORMATS.map((format) => ({ node, format })))

/**
 * Runs programs in a user's project, outside the workspace: the packed package and those of ours in `tarballs` are
 * installed, and what else the programs import, or the README says to install, in the version that the package is developed with.
 */
export function runPacked(
  programs: readonly Program[],
  tarballs: readonly [Tarball, ...Tarball[]],
  places: readonly Place[] = PLACES,
): Promise<PlaceResult[]> {
  const dependencies = othersOf(programs, tarballs[0])
  return withConsumer({ tarballs, dependencies }, async ({ folder }) => {
    const results: PlaceResult[] = []
    for (const place of places) {
      const runtime = { command: nodeBinary(place.node), args: ['--enable-source-maps'] }
      const at = { folder, format: place.format, runtime }
      const problems = await inParallel(
        programs.map(
          (program) => () =>
            run(program, at).then(
              () => [],
              (error) => [String(error)],
            ),
        ),
        2,
      )
      results.push({ place, programs: programs.length, problems: problems.flat() })
    }
    return results
  })
}

/** What else the programs import, or their README says to install. */
export function othersOf(programs: readonly Program[], { manifest }: Tarball): Record<string, string> {
  const { devDependencies = {} } = manifest
  const needed = programs.flatMap((program) => [...packagesOf(program), ...program.installs])
  const names = [...new Set(needed)].filter((name) => !name.startsWith('@base/'))
  return Object.fromEntries(names.map((name) => [name, devDependencies[name] ?? '*']))
}

/** The package first, then those of ours that it needs, or that its README shows it with. */
export async function tarballsFor(
  pkg: WorkspacePackage,
  programs: readonly Program[],
  destination: string,
): Promise<[Tarball, ...Tarball[]]> {
  const workspace = publicPackages(ROOT)
  const shown = new Set(programs.flatMap(packagesOf))
  const beside = workspace.filter((other) => other.path !== pkg.path && shown.has(other.manifest.name))
  const needed = withDependencies([pkg, ...beside], workspace).filter(({ path }) => path !== pkg.path)
  return [
    await pack(pkg, destination),
    ...(await Promise.all(needed.map((other) => pack(other, destination)))),
  ]
}

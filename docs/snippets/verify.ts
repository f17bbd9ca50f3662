import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  choosePackages,
  exactVersion,
  pack,
  publicPackages,
  type Tarball,
  type WorkspacePackage,
  withDependencies,
} from '@base-internal/tools/consumer'
import { snippetsOf } from './documents.ts'
import { packagesOf } from './module.ts'
import { type PlaceResult, runPacked } from './packed.ts'
import type { Program } from './program.ts'
import { ROOT } from './project.ts'

/**
 * `pnpm verify:snippets [package…]`: packs the built packages, installs each in an empty project outside the workspace, and
 * runs the snippets of its README there on every Node, as ES modules and as CommonJS; exits with 1 if one fails.
 */
const workspace = publicPackages(ROOT)
const destination = mkdtempSync(join(tmpdir(), 'base-tarballs-'))
try {
  for (const pkg of choosePackages(ROOT, process.argv.slice(2))) {
    const programs = snippetsOf(pkg.folder).filter((program) => program.run)
    const results = programs.length === 0 ? [] : await runPacked(programs, await tarballsFor(pkg, programs))
    report(pkg.manifest.name, results)
  }
} finally {
  rmSync(destination, { recursive: true })
}

/** The package first, then those of ours that it needs, or that its README shows it with. */
async function tarballsFor(
  pkg: WorkspacePackage,
  programs: readonly Program[],
): Promise<[Tarball, ...Tarball[]]> {
  const shown = new Set(programs.flatMap(packagesOf))
  const beside = workspace.filter((other) => other.path !== pkg.path && shown.has(other.manifest.name))
  const needed = withDependencies([pkg, ...beside], workspace).filter(({ path }) => path !== pkg.path)
  return [
    await pack(pkg, destination),
    ...(await Promise.all(needed.map((other) => pack(other, destination)))),
  ]
}

function report(name: string, results: readonly PlaceResult[]): void {
  if (results.length === 0) console.log(`${name}: its README has no snippet to run`)
  for (const { place, programs, problems } of results) {
    const where = `Node ${exactVersion(`node-${place.node}`)}, ${place.format}`
    for (const problem of problems) console.error(problem)
    console.log(`${name}, ${where}: ${programs - problems.length} of ${programs} run`)
    if (problems.length > 0) process.exitCode = 1
  }
}

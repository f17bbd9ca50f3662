import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { choosePackages, exactVersion } from '@base-internal/tools/consumer'
import { snippetsOf } from './documents.ts'
import { type PlaceResult, runPacked, tarballsFor } from './packed.ts'
import { ROOT } from './project.ts'

/**
 * `pnpm verify:snippets [package…]`: packs the built packages, installs each in an empty project outside the workspace, and
 * runs the snippets of its README there on every Node, as ES modules and as CommonJS; exits with 1 if one fails.
 */
const destination = mkdtempSync(join(tmpdir(), 'base-tarballs-'))
try {
  for (const pkg of choosePackages(ROOT, process.argv.slice(2))) {
    const programs = snippetsOf(pkg.folder).filter((program) => program.run)
    const results =
      programs.length === 0 ? [] : await runPacked(programs, await tarballsFor(pkg, programs, destination))
    report(pkg.manifest.name, results)
  }
} finally {
  rmSync(destination, { recursive: true })
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

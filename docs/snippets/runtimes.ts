import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  choosePackages,
  inParallel,
  installOtherRuntimes,
  NODE_RUNTIMES,
  type WorkspacePackage,
  withConsumer,
} from '@base-internal/tools/consumer'
import { conformanceOf, writeRunner } from './conformance.ts'
import { snippetsOf } from './documents.ts'
import { othersOf, tarballsFor } from './packed.ts'
import type { Program } from './program.ts'
import { ROOT } from './project.ts'
import { run } from './run.ts'
import { gapOf } from './runtime-gaps.ts'
import { runInWorker } from './worker.ts'

/** Runs one program, in the folder of a project that has what it needs. */
interface Place {
  readonly name: string
  readonly run: (program: Program, folder: string) => Promise<void>
}

/**
 * `pnpm verify:runtimes [package…]`: packs the built packages, installs each in an empty project, and runs there the
 * snippets of its README on Bun, Deno and workerd, and its conformance suites over the stores in memory on those and on every
 * Node; exits with 1 if one fails, or if one that is known not to run does.
 */
const temporary = mkdtempSync(join(tmpdir(), 'base-runtimes-'))
try {
  const { bun, deno, workerd } = await installOtherRuntimes(join(temporary, 'runtimes'))
  const nodes = NODE_RUNTIMES.map((runtime) => placeOf(runtime))
  const others = [
    placeOf(bun),
    placeOf(deno),
    { name: 'workerd', run: (program: Program, folder: string) => runInWorker(program, folder, workerd) },
  ]
  for (const pkg of choosePackages(ROOT, process.argv.slice(2))) await verify(pkg, nodes, others)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

async function verify(
  pkg: WorkspacePackage,
  nodes: readonly Place[],
  others: readonly Place[],
): Promise<void> {
  const snippets = snippetsOf(pkg.folder).filter((program) => program.run)
  const suites = conformanceOf(pkg.manifest.name, pkg.folder)
  const programs = [...snippets, ...suites]
  if (programs.length === 0) return console.log(`${pkg.manifest.name}: it has no snippet or suite to run`)
  const tarballs = await tarballsFor(pkg, programs, temporary)
  await withConsumer({ tarballs, dependencies: othersOf(programs, tarballs[0]) }, async ({ folder }) => {
    writeRunner(folder)
    for (const place of nodes) await report(pkg.manifest.name, suites, place, folder)
    for (const place of others) await report(pkg.manifest.name, programs, place, folder)
  })
}

async function report(
  name: string,
  programs: readonly Program[],
  place: Place,
  folder: string,
): Promise<void> {
  if (programs.length === 0) return
  const gaps = new Map<string, number>()
  const problems = await inParallel(
    programs.map((program) => async () => {
      const gap = gapOf(program, place.name)
      const problem = await place.run(program, folder).then(
        () => undefined,
        (error) => String(error),
      )
      if (gap === undefined) return problem
      gaps.set(gap.because, (gaps.get(gap.because) ?? 0) + 1)
      return problem === undefined
        ? `${program.file}:${program.line}: it runs on ${place.name}, so that gap can go: ${gap.because}.`
        : undefined
    }),
    2,
  )
  const found = problems.filter((problem) => problem !== undefined)
  for (const problem of found) console.error(problem)
  if (found.length > 0) process.exitCode = 1
  const left = [...gaps].map(([because, count]) => `${count} not: ${because}`).join('; ')
  const runs = programs.length - found.length - [...gaps.values()].reduce((sum, count) => sum + count, 0)
  console.log(`${name}, ${place.name}: ${runs} of ${programs.length} run${left && ` (${left})`}`)
}

function placeOf(runtime: (typeof NODE_RUNTIMES)[number]): Place {
  return { name: runtime.name, run: (program, folder) => run(program, { folder, runtime }) }
}

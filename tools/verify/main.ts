import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack, type Tarball, withDependencies } from '../consumer/pack.ts'
import { formatFindings } from '../deps/finding.ts'
import { lintDeps } from '../deps/lint-deps.ts'
import { inParallel } from '../workspace/in-parallel.ts'
import { choosePackages, publicPackages } from '../workspace/packages.ts'
import type { Outcome } from './check.ts'
import { verify } from './verify.ts'

/**
 * `pnpm verify:packages [package…]`: packs the built packages and holds the tarballs to what is promised of them; exits
 * with 1 if one breaks a promise.
 */
const root = process.cwd()
const chosen = choosePackages(root, process.argv.slice(2))
const workspace = publicPackages(root)
const destination = mkdtempSync(join(tmpdir(), 'base-tarballs-'))

try {
  const findings = lintDeps(root)
  report('The repository', [
    {
      title: 'dependency rules',
      problems: findings.length === 0 ? [] : formatFindings(findings).split('\n'),
    },
  ])
  const tarballs = new Map<string, Tarball>()
  await inParallel(
    withDependencies(chosen, workspace).map((pkg) => async () => {
      tarballs.set(pkg.path, await pack(pkg, destination))
    }),
    2,
  )
  for (const pkg of chosen) {
    const needed = withDependencies([pkg], workspace).flatMap(({ path }) => tarballs.get(path) ?? [])
    const [tarball] = needed
    if (tarball === undefined) throw new Error(`${pkg.path} gave no tarball.`)
    const started = performance.now()
    const outcomes = await verify(root, { pkg, tarball, tarballs: needed })
    report(`${pkg.manifest.name}, ${((performance.now() - started) / 1000).toFixed(0)} s`, outcomes)
  }
} finally {
  rmSync(destination, { recursive: true })
}

function report(heading: string, outcomes: readonly Outcome[]): void {
  console.log(heading)
  for (const { title, problems, notes = [] } of outcomes) {
    console.log(`  ${problems.length === 0 ? '✓' : '✗'} ${title}`)
    for (const problem of problems) console.log(`      ${problem.replaceAll('\n', '\n      ')}`)
    for (const note of notes) console.log(`    · ${note}`)
    if (problems.length > 0) process.exitCode = 1
  }
  console.log()
}

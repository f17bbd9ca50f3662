import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { snippetsOf } from './documents.ts'
import { createProject, publicPackages } from './project.ts'
import { run } from './run.ts'

/**
 * Runs the snippets of every package's README against the built packages, as ES modules and as CommonJS, on the Node
 * binaries given by `--node <path>` (several are fine; default: the present one).
 */
const { values } = parseArgs({
  options: { node: { type: 'string', multiple: true, default: [process.execPath] } },
})

let failed = 0
for (const [name, owner] of publicPackages()) {
  const programs = snippetsOf(owner).filter((program) => program.run)
  const project = createProject(owner)
  for (const node of values.node) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
    for (const format of ['esm', 'cjs'] as const) {
      const results = await Promise.allSettled(
        programs.map((program) => run(program, { folder: project.folder, format, node })),
      )
      const failures = results.filter(({ status }) => status === 'rejected')
      for (const failure of failures) console.error(String((failure as PromiseRejectedResult).reason))
      failed += failures.length
      console.log(
        `${name}, Node ${version}, ${format}: ${programs.length - failures.length} of ${programs.length} run`,
      )
    }
  }
  project.remove()
}
process.exitCode = failed === 0 ? 0 : 1

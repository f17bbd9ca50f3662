import type { Consumer, ModuleKind } from '../consumer/consumer.ts'
import type { Run } from '../consumer/run.ts'
import { exactVersion, NODES, type NodeVersion } from '../matrix/matrix.ts'
import { inParallel } from '../workspace/in-parallel.ts'
import { type Manifest, specifier, subpaths } from '../workspace/manifest.ts'
import type { Outcome } from './check.ts'
import { identityProgram } from './identity.ts'

const KINDS: readonly ModuleKind[] = ['esm', 'cjs']

/**
 * Loads every subpath in a process of its own, by `import` and by `require()`, on every Node: it must load without a word,
 * and let the process end. Then all of them in one process, where a class must be one object wherever it comes from.
 */
export async function checkLoading(consumer: Consumer, manifest: Manifest): Promise<Outcome[]> {
  const places = NODES.flatMap((node) => KINDS.map((module) => ({ node, module })))
  const names = subpaths(manifest).map((subpath) => specifier(manifest, subpath))
  const loads = places.flatMap((place) =>
    names.map(
      (name) => async () => judge(place, name, await consumer.run(loadProgram(name, place.module), place)),
    ),
  )
  const identities = places.map((place) => async () => {
    const run = await consumer.run(identityProgram(manifest, place.module), place)
    return { classes: run.stdout.trim(), problems: judge(place, 'The same class from two subpaths', run) }
  })
  const loaded = await inParallel(loads, 2)
  const same = await inParallel(identities, 2)
  const versions = NODES.map((node) => exactVersion(`node-${node}`)).join(', ')
  return [
    {
      title: `${names.length} subpaths load by import and require() on Node ${versions}`,
      problems: loaded.flat(),
    },
    {
      title: `${same[0]?.classes || 'no'} classes are the same object from every subpath, by import and require()`,
      problems: same.flatMap(({ problems }) => problems),
    },
  ]
}

function loadProgram(name: string, module: ModuleKind): string {
  return module === 'esm' ? `await import('${name}')` : `require('${name}')`
}

function judge(place: { node: NodeVersion; module: ModuleKind }, what: string, run: Run): string[] {
  if (run.code === 0 && run.stderr === '') return []
  const how = place.module === 'esm' ? 'import' : 'require()'
  const why = run.stderr.trim() || (run.code === undefined ? 'it did not end' : `exit code ${run.code}`)
  return [`${what}, by ${how} on Node ${place.node}: ${why}`]
}

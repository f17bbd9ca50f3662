import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { versions } from './versions.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** The packages of a changeset, and how much each of them is raised. */
function raisedBy(file: string): readonly (readonly [name: string, by: string])[] {
  const [, head = ''] = readFileSync(join(ROOT, file), 'utf8').split(/^---$/m)
  return [...head.matchAll(/^'([^']+)': (\w+)$/gm)].map(([, name = '', by = '']) => [name, by])
}

// Nothing but development depends on the others here, so that changesets would not raise this package by itself.
test('a release that puts a package out of the range of new services has one of this package too', () => {
  const raised = globSync('.changeset/*.md', { cwd: ROOT }).flatMap(raisedBy)
  const outOfRange = raised.filter(([name, by]) => name in versions && by !== 'patch').map(([name]) => name)
  const names = raised.map(([name]) => name)
  expect(outOfRange.length === 0 || names.includes('@base/create'), outOfRange.join(', ')).toBe(true)
})

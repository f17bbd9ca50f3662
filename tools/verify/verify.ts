import { join } from 'node:path'
import { withConsumer } from '../consumer/consumer.ts'
import { inParallel } from '../workspace/in-parallel.ts'
import { commands, type Manifest, readManifest, subpaths } from '../workspace/manifest.ts'
import type { Check, Outcome, Subject } from './check.ts'
import { checkCommands } from './commands.ts'
import { checkContents } from './contents.ts'
import { fieldsCheck } from './fields.ts'
import { checkLoading } from './loading.ts'
import { checkNames } from './names.ts'
import { checkAttw, checkPublint } from './published-shape.ts'
import { checkTypes } from './types.ts'

/** Holds a packed package to everything that is promised of it: of its subpaths, and of its commands. */
export async function verify(root: string, subject: Subject): Promise<Outcome[]> {
  const { manifest } = subject.tarball
  return [
    ...(await verifyShape(root, subject)),
    ...(commands(manifest).length > 0 ? [await verifyCommands(subject)] : []),
    ...(isImported(manifest)
      ? [...(await verifyLoading(subject)), ...(await verifyTypes(root, subject))]
      : []),
  ]
}

/** What can be seen without installing it. */
export function verifyShape(root: string, subject: Subject): Promise<Outcome[]> {
  const ofTypes = isImported(subject.tarball.manifest) ? [checkAttw] : []
  const checks: readonly Check[] = [fieldsCheck(root), checkContents, checkPublint, ...ofTypes]
  return inParallel(
    checks.map((check) => () => check(subject)),
    2,
  )
}

function isImported(manifest: Manifest): boolean {
  return subpaths(manifest).length > 0
}

/** How its commands start for a user. */
function verifyCommands({ tarball, tarballs }: Subject): Promise<Outcome> {
  return withConsumer({ tarballs, peers: 'required' }, (consumer) =>
    checkCommands(consumer, tarball.manifest),
  )
}

/** How it runs for a user, who has no optional peer: those are loaded where they are used. */
export function verifyLoading({ tarball, tarballs }: Subject): Promise<Outcome[]> {
  return withConsumer({ tarballs, peers: 'required' }, (consumer) => checkLoading(consumer, tarball.manifest))
}

/** How it compiles for a user, who has every peer. */
function verifyTypes(root: string, { tarball: { manifest }, tarballs }: Subject): Promise<Outcome[]> {
  return withConsumer({ tarballs, dependencies: nodeTypes(root) }, async (consumer) => [
    await checkTypes(consumer, manifest),
    checkNames(join(consumer.folder, 'node_modules', manifest.name)),
  ])
}

/** The types of Node in the version that the repository has, so that they come from the store. */
export function nodeTypes(root: string): Record<string, string> {
  return { '@types/node': readManifest(root).devDependencies?.['@types/node'] ?? '*' }
}

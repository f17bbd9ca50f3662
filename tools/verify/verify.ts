import { withConsumer } from '../consumer/consumer.ts'
import { readManifest } from '../workspace/manifest.ts'
import { type Check, inParallel, type Outcome, type Subject } from './check.ts'
import { checkContents } from './contents.ts'
import { fieldsCheck } from './fields.ts'
import { checkLoading } from './loading.ts'
import { checkAttw, checkPublint } from './published-shape.ts'
import { checkTypes } from './types.ts'

/** Holds a packed package to everything that is promised of it. */
export async function verify(root: string, subject: Subject): Promise<Outcome[]> {
  const checks: readonly Check[] = [fieldsCheck(root), checkContents, checkPublint, checkAttw]
  const outcomes = await inParallel(
    checks.map((check) => () => check(subject)),
    2,
  )
  return [...outcomes, ...(await asUser(root, subject))]
}

/** Without optional peers to run, for they are loaded where they are used; with all of them to compile. */
async function asUser(root: string, { tarball, tarballs }: Subject): Promise<Outcome[]> {
  const { manifest } = tarball
  const loading = await withConsumer({ tarballs, peers: 'required' }, (consumer) =>
    checkLoading(consumer, manifest),
  )
  const version = readManifest(root).devDependencies?.['@types/node'] ?? '*'
  const dependencies = { '@types/node': version }
  const types = await withConsumer({ tarballs, dependencies }, (consumer) => checkTypes(consumer, manifest))
  return [...loading, types]
}

import { join } from 'node:path'
import type { Consumer } from '../consumer/consumer.ts'
import { run } from '../consumer/run.ts'
import { exactVersion, NODES, nodeBinary } from '../matrix/matrix.ts'
import { inParallel } from '../workspace/in-parallel.ts'
import { commands, type Manifest } from '../workspace/manifest.ts'
import type { Outcome } from './check.ts'

/** Asks every command for its version, on every Node: it must say that of the package, and nothing else. */
export async function checkCommands({ folder }: Consumer, manifest: Manifest): Promise<Outcome> {
  const asked = NODES.flatMap((node) =>
    commands(manifest).map((file) => async () => {
      const script = join(folder, 'node_modules', manifest.name, file)
      const { code, stdout, stderr } = await run(nodeBinary(node), [script, '--version'], folder)
      if (code === 0 && stdout === `${manifest.version}\n` && stderr === '') return []
      return [
        `${file} --version on Node ${node} must print ${manifest.version} and exit with 0: it exits with ${code}.\n${stdout}${stderr}`,
      ]
    }),
  )
  const problems = (await inParallel(asked, 2)).flat()
  const versions = NODES.map((node) => exactVersion(`node-${node}`)).join(', ')
  return { title: `${commands(manifest).length} commands start on Node ${versions}`, problems }
}

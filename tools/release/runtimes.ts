import { NODES, nodeBinary } from '../matrix/matrix.ts'
import type { Toolbox } from './toolbox.ts'

/** What runs a program of a user. */
export interface Runtime {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/** Every runtime that published code is run on in a rehearsal; each knows `import`, and `require` in CommonJS. */
export function runtimesOf({ bun, deno }: Toolbox): readonly Runtime[] {
  return [
    ...NODES.map((version) => ({ name: `Node ${version}`, command: nodeBinary(version), args: [] })),
    { name: 'Bun', command: bun, args: ['run'] },
    { name: 'Deno', command: deno, args: ['run', '--allow-all'] },
  ]
}

import type { Program } from './program.ts'

/** What does not run on a runtime, and why. */
export interface Gap {
  readonly runtime: 'workerd'
  /** A text of the programs that it stops. */
  readonly uses: string
  readonly because: string
}

/** Each is tried all the same, and must go when it works. */
const GAPS: readonly Gap[] = [
  { runtime: 'workerd', uses: 'process.kill(', because: 'a worker is sent no signals' },
  { runtime: 'workerd', uses: 'processMetrics(', because: 'a worker has no process to measure' },
  { runtime: 'workerd', uses: 'nodeRsArgon2(', because: 'native code' },
  {
    runtime: 'workerd',
    uses: "from '@electric-sql/pglite'",
    because: 'it reads its WebAssembly from a file',
  },
]

/** The gap that a program falls into. */
export function gapOf(program: Program, runtime: string): Gap | undefined {
  return GAPS.find((gap) => gap.runtime === runtime && program.source.includes(gap.uses))
}

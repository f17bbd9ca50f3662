/** A chain of promises runs to its end within one turn; the further turns are for code that passes through `setImmediate`. */
const TURNS = 4

type Timers = Pick<typeof globalThis, 'setImmediate' | 'setTimeout'>

// Node's own, and taken at load: a runner's fake timers stop them neither now nor where they were there first.
const node = globalThis.process?.getBuiltinModule?.('node:timers') as Timers | undefined
const { setImmediate, setTimeout } = node ?? globalThis

/** Lets that many real milliseconds pass. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}

/** Lets everything run that is ready to run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve)
      else setTimeout(resolve, 0)
    })
  }
}

import { UnsupportedError } from '@base/core/errors'

/** What a process that has ended, and that nobody has asked for its exit code, began with. */
const ENDED = 'ended'

/** What Node has for this, asked for when it is needed: the package loads where there is none of it. */
interface Builtins {
  'node:fs': typeof import('node:fs')
  'node:os': typeof import('node:os')
  'node:path': typeof import('node:path')
}

/** @throws UnsupportedError in a browser or a worker. */
export function builtin<M extends keyof Builtins>(name: M): Builtins[M] {
  const module = globalThis.process?.getBuiltinModule?.(name)
  if (module === undefined) throw new UnsupportedError({ message: 'There is no file system here.' })
  return module as Builtins[M]
}

/** A process, as another sees it. */
export interface ProcessName {
  readonly pid: number
  readonly host: string
  /** Where its number means this process: the boot of a kernel, and a namespace of it; '' where nobody tells. */
  readonly place: string
  /** When it began, in the ticks of its kernel: it tells it from who had its number before; '' where nobody tells. */
  readonly birth: string
}

/** This process. */
export function thisProcess(): ProcessName {
  const { pid } = process
  return { pid, host: builtin('node:os').hostname(), place: placeHere(), birth: birthOf(pid) }
}

/** Whether a process lives; `undefined` where that cannot be asked from here. */
export function lives({ pid, host, place, birth }: ProcessName): boolean | undefined {
  const here = thisProcess()
  const isKnown = place !== '' && here.place !== ''
  // Without a place our own number may be another's: in containers each is number 1.
  if (isKnown ? place !== here.place : host !== here.host || pid === here.pid) return undefined
  if (pid === 0 || !isNumberTaken(pid)) return false
  const present = birthOf(pid)
  const isIt = birth === '' || present === '' || birth === present
  // Of this process nobody can ask whether the thread lives.
  return isIt && pid === here.pid ? undefined : isIt
}

function isNumberTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function placeHere(): string {
  try {
    const { readFileSync, readlinkSync } = builtin('node:fs')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

function birthOf(pid: number): string {
  try {
    // The name stands in parentheses and may hold anything, spaces and parentheses too.
    const stat = builtin('node:fs').readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)
    const fields = stat?.split(' ') ?? []
    return fields[0] === 'Z' ? ENDED : (fields[19] ?? '')
  } catch {
    return ''
  }
}

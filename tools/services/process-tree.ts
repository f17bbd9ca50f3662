import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Ends a child and all that it started, at once and without asking; resolves when they are gone. */
export async function killTree({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return
  // A stopped parent starts nobody behind our back.
  signal(pid, 'SIGSTOP')
  await killAll([pid, ...descendants(pid)])
}

/** Ends processes; resolves when they are gone. */
export async function killAll(pids: readonly number[]): Promise<void> {
  signalAll(pids, 'SIGKILL')
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Signals processes; those that are gone are none. */
export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) signal(pid, name)
}

/** All that a process has started, and what those have. Empty where there is no /proc. */
export function descendants(root: number): number[] {
  const parents = parentsById()
  const found = [root]
  for (const ancestor of found) {
    for (const [pid, parent] of parents) if (parent === ancestor) found.push(pid)
  }
  return found.slice(1)
}

/** Every process's parent. */
function parentsById(): Map<number, number> {
  const parents = new Map<number, number>()
  for (const name of listProcesses()) {
    const stat = readStat(Number(name))
    if (stat !== undefined) parents.set(Number(name), stat.parent)
  }
  return parents
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

interface Stat {
  readonly state: string
  readonly parent: number
  readonly threads: number
}

function readStat(pid: number): Stat | undefined {
  try {
    // The name stands in parentheses and may hold anything, spaces and parentheses too.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return { state: fields[0] ?? '', parent: Number(fields[1]), threads: Number(fields[17]) }
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  const stat = readStat(pid)
  // Its sockets and files are open until its last thread is gone, which may be later than it counts as dead.
  if (stat !== undefined) return !['Z', 'X'].includes(stat.state) || stat.threads > 1
  return listProcesses().length === 0 && signal(pid, 0)
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

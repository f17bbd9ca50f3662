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
  for (const pid of pids) signal(pid, 'SIGKILL')
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5))
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

function readStat(pid: number): { state: string; parent: number } | undefined {
  try {
    // The name stands in parentheses and may hold anything, spaces and parentheses too.
    const [state = '', parent] =
      readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  const state = readStat(pid)?.state
  if (state !== undefined) return state !== 'Z' && state !== 'X'
  return listProcesses().length === 0 && signal(pid, 0)
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { type NodeVersion, nodeBinary } from '../matrix/matrix.ts'
import type { Consumer } from './consumer.ts'

/** A program of a project that goes on running. */
export interface Program {
  readonly node: NodeVersion
  /** Where it is in the project. */
  readonly file: string
  /** All that its environment has beside `PATH`. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Starts a program in a process of its own, which ends with the test, and gives what it prints first.
 * Rejects with what it says on standard error if it ends before that.
 */
export async function startProgram({ folder }: Consumer, { node, file, env }: Program): Promise<string> {
  const child = spawn(nodeBinary(node), [file], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => end(child))
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(async () => Promise.reject(new Error(await text(child.stderr)))),
  ])
  return String(line).trim()
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

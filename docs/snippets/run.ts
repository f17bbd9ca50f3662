import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Runtime } from '@base-internal/tools/consumer'
import { type ModuleFormat, toModule } from './module.ts'
import type { Program } from './program.ts'

/** Where and how a program is run. */
export interface RunOptions {
  /** A folder that resolves the packages which the program imports. */
  readonly folder: string
  /** As an ES module or as CommonJS. @defaultValue 'esm' */
  readonly format?: ModuleFormat
  /** What runs it. @defaultValue the present Node */
  readonly runtime?: Pick<Runtime, 'command' | 'args'>
}

/** How long a program may run. */
const LIMIT = 60_000

const THIS_NODE = { command: process.execPath, args: ['--enable-source-maps'] }

/** Writes a program as JavaScript into a folder, to be run with `node --enable-source-maps`; returns its path. */
export function writeModule(program: Program, folder: string, format: ModuleFormat): string {
  const name = `${basename(program.file, '.md')}-${program.line}.${format === 'cjs' ? 'cjs' : 'mjs'}`
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, toModule(program, format))
  return path
}

/**
 * Runs a program in a process of its own.
 *
 * @throws Error naming document and line, if it throws, does not run to its end, or shows something else than it says.
 */
export async function run(
  program: Program,
  { folder, format = 'esm', runtime = THIS_NODE }: RunOptions,
): Promise<void> {
  const path = writeModule(program, folder, format)
  await execute(program, { command: runtime.command, args: [...runtime.args, path], folder })
}

/** Runs a command that is a program; throws what it wrote to stderr, with document and line. */
export async function execute(
  program: Program,
  { command, args, folder }: { command: string; args: readonly string[]; folder: string },
): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env
  await new Promise<void>((resolve, reject) => {
    execFile(command, args, { timeout: LIMIT, env, cwd: folder }, (error, _stdout, stderr) => {
      if (error === null) resolve()
      else
        reject(new Error(`${program.file}:${program.line}: the snippet failed.\n${stderr || error.message}`))
    })
  })
}

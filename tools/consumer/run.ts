import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** How a process ended, and what it wrote. */
export interface Run {
  /** The exit code; undefined if a signal ended it. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, at most 2 minutes. Rejects only if it cannot be started. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<Run> {
  const child = spawn(command, args, {
    cwd,
    env: ownEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code: code ?? undefined, stdout, stderr }
}

/** A project outside the workspace inherits nothing that the workspace's pnpm or a test runner has set. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_package_|npm_lifecycle_|npm_config_verify_deps_before_run$|pnpm_|NODE_OPTIONS$|NODE_PATH$|VITEST|FORCE_COLOR$)/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

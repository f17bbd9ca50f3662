import { type Run, run } from './run.ts'

/** Runs the pnpm that runs this script; throws with its output when it fails. */
export async function pnpm(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await start(args, cwd)
  if (code !== 0) throw new Error(`pnpm ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`)
  return stdout
}

function start(args: readonly string[], cwd: string): Promise<Run> {
  const own = process.env['npm_execpath'] ?? ''
  return /pnpm[^/\\]*\.c?js$/.test(own) ? run(process.execPath, [own, ...args], cwd) : run('pnpm', args, cwd)
}

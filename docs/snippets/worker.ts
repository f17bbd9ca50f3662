import { mkdirSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { toModule } from './module.ts'
import type { Program } from './program.ts'
import { execute } from './run.ts'

/** The newest behaviour of the workerd that is installed. */
const SETTINGS = 'compatibilityDate = "2026-11-01"'

/** A worker knows `events` as `node:events`, and has no `require` at run time: CommonJS gets what `import` gets. */
const BUILTINS: Plugin = {
  name: 'builtins',
  setup: ({ onResolve, onLoad }) => {
    const names = builtinModules.filter((name) => !/^(_|node:)/.test(name)).join('|')
    onResolve({ filter: new RegExp(`^(node:)?(${names})$`) }, ({ path, kind }) => {
      const name = path.startsWith('node:') ? path : `node:${path}`
      return kind === 'require-call' ? { path: name, namespace: 'required' } : { path: name, external: true }
    })
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `import found from '${path}'; module.exports = found`,
    }))
  },
}

/**
 * Runs a program in workerd: bundled, as what is put on workers is, with the packages that a folder has installed.
 *
 * @throws Error naming document and line, if it throws, does not run to its end, or shows something else than it says.
 */
export async function runInWorker(program: Program, folder: string, workerd: string): Promise<void> {
  const name = `${basename(program.file, '.md')}-${program.line}`
  const home = join(folder, 'workers', name)
  mkdirSync(home, { recursive: true })
  // Beside what the program imports by a relative path.
  const source = join(folder, `${name}.worker.mjs`)
  writeFileSync(source, toModule(program, 'worker'))
  await build({
    entryPoints: [source],
    outfile: join(home, 'worker.mjs'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker'],
    mainFields: ['module', 'main'],
    external: ['cloudflare:*'],
    plugins: [BUILTINS],
    logLevel: 'silent',
  })
  const config = join(home, 'workerd.capnp')
  writeFileSync(config, configuration(SETTINGS))
  await execute(program, { command: workerd, args: ['test', config], folder: home })
}

function configuration(settings: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "snippet", worker = (modules = [(name = "worker", esModule = embed "worker.mjs")], ${settings})),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
);
`
}

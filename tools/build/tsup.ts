import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'tsup'

/**
 * The one build of every package: ESM, a file per subpath of `exports`, code shared between subpaths split out
 * (so that a class exists once), and declarations by `tsc`, for tsup's own do not work with TypeScript 7.
 */
const root = process.cwd()
const entries = sourcesOfExports(root)

export default defineConfig({
  entry: entries,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  splitting: true,
  treeshake: true,
  clean: true,
  dts: false,
  sourcemap: false,
  silent: true,
  outDir: 'dist',
  onSuccess: async () => emitDeclarations(root, Object.values(entries)),
})

/** `./dist/errors/index.js` in `exports` is built from `src/errors/index.ts`. */
function sourcesOfExports(folder: string): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>
  }
  const names = Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map((target) => target.default.replace(/^\.\/dist\//, '').replace(/\.js$/, ''))
  return Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]))
}

/** tsc takes no file list beside a project, so the project is written for this build alone. */
function emitDeclarations(folder: string, files: readonly string[]): void {
  const cache = join(folder, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const project = join(cache, 'tsconfig.build.json')
  const compilerOptions = {
    noEmit: false,
    emitDeclarationOnly: true,
    rootDir: '../../src',
    outDir: '../../dist',
  }
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions,
    include: [],
    files: files.map((f) => `../../${f}`),
  }
  writeFileSync(project, JSON.stringify(config))
  try {
    execFileSync('tsc', ['-p', project], { cwd: folder, stdio: 'inherit' })
  } finally {
    rmSync(project)
  }
}

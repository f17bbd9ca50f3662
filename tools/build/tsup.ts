import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'tsup'
import { importPublicNames } from './public-names.ts'

/**
 * The one build of every package: ESM, a file per subpath of `exports` and per command of `bin`, code shared between them
 * split out (so that a class exists once), and declarations of subpaths by `tsc`, for tsup's own do not work with TypeScript 7.
 */
const root = process.cwd()
const { exports, bin = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { default: string }>
  bin?: Record<string, string>
}
const subpaths = sourcesOf(
  Object.values(exports).flatMap((target) => (typeof target === 'object' ? [target.default] : [])),
)

export default defineConfig({
  entry: { ...subpaths, ...sourcesOf(Object.values(bin)) },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  splitting: true,
  treeshake: true,
  clean: true,
  dts: false,
  sourcemap: false,
  plugins: [{ name: 'own class names', renderChunk: (code) => ({ code: withOwnNames(code) }) }],
  silent: true,
  outDir: 'dist',
  onSuccess: async () => {
    emitDeclarations(root, Object.values(subpaths))
    importPublicNames(join(root, 'dist'), Object.keys(subpaths))
  },
})

/** `./dist/errors/index.js` is built from `src/errors/index.ts`. */
function sourcesOf(targets: readonly string[]): Record<string, string> {
  const names = targets.map((target) => target.replace(/^\.\/dist\//, '').replace(/\.js$/, ''))
  return Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]))
}

/**
 * esbuild calls a class that names itself `_Money`, and so would `console.log` each of its instances. Its inner name is its
 * own, and may be the outer one.
 */
function withOwnNames(code: string): string {
  const renamed = code.matchAll(/^var (\w+) = class _\1\b/gm)
  return Array.from(renamed, ([, name]) => name as string).reduce(
    (text, name) => text.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name),
    code,
  )
}

/** tsc takes no file list beside a project, so the project is written for this build alone. */
function emitDeclarations(folder: string, files: readonly string[]): void {
  if (files.length === 0) return
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

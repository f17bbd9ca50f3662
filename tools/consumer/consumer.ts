import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type NodeVersion, nodeBinary } from '../matrix/matrix.ts'
import type { Tarball } from './pack.ts'
import { pnpm } from './pnpm.ts'
import { type Run, run } from './run.ts'

/** How a program of a user loads packages. */
export type ModuleKind = 'esm' | 'cjs'

/** Options of {@link withConsumer}. */
export interface ConsumerOptions {
  /** The packages under test, and those of ours that they need. */
  readonly tarballs: readonly Tarball[]
  /** Which peers from elsewhere are installed too, in the versions that the packages are developed with. @defaultValue 'all' */
  readonly peers?: 'all' | 'required'
  /** What else is installed, by name and range. @defaultValue nothing */
  readonly dependencies?: Readonly<Record<string, string>>
  /** What programs run on where `run` does not say. @defaultValue '24' */
  readonly node?: NodeVersion
  /** What programs are where `run` does not say. @defaultValue 'esm' */
  readonly module?: ModuleKind
}

/** A project of a user. */
export interface Consumer {
  /** Where it is: a temporary folder outside the workspace. */
  readonly folder: string
  /** Writes a file, and the folders above it; returns its absolute path. */
  write(path: string, text: string): string
  /** Runs JavaScript, an ES module or CommonJS, in a process of its own in the project's folder. */
  run(source: string, on?: { readonly node?: NodeVersion; readonly module?: ModuleKind }): Promise<Run>
}

/**
 * Makes a project outside the workspace, installs packed packages with their dependencies (from the store where they are
 * there already), hands it to `use`, and removes it. One project can run programs on every Node and of both kinds.
 *
 * @example
 * await withConsumer({ tarballs, node: '20', module: 'cjs' }, async (consumer) => {
 *   const { code, stdout } = await consumer.run("console.log(require('@base/core/result').ok(1))")
 * })
 */
export async function withConsumer<T>(
  options: ConsumerOptions,
  use: (consumer: Consumer) => Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-consumer-')))
  try {
    const consumer = createConsumer(folder, options)
    consumer.write('package.json', JSON.stringify(consumerManifest(options), null, 2))
    await pnpm(
      ['install', '--prefer-offline', '--ignore-scripts', '--ignore-workspace', '--no-frozen-lockfile'],
      folder,
    )
    return await use(consumer)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function createConsumer(folder: string, defaults: ConsumerOptions): Consumer {
  let programs = 0
  const write = (path: string, text: string): string => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  return {
    folder,
    write,
    run: (source, { node = defaults.node ?? '24', module = defaults.module ?? 'esm' } = {}) => {
      const file = write(`program-${++programs}.${module === 'esm' ? 'mjs' : 'cjs'}`, source)
      return run(nodeBinary(node), [file], folder)
    },
  }
}

function consumerManifest({ tarballs, peers = 'all', dependencies }: ConsumerOptions): object {
  const ours = Object.fromEntries(tarballs.map(({ path, manifest }) => [manifest.name, `file:${path}`]))
  const theirs = Object.assign({}, ...tarballs.map((tarball) => peersOf(tarball, peers)))
  return {
    name: 'consumer',
    private: true,
    dependencies: { ...theirs, ...dependencies, ...ours },
    // What depends on a package of ours gets the packed one, not one that is published.
    pnpm: { overrides: ours },
  }
}

function peersOf({ manifest }: Tarball, which: 'all' | 'required'): Record<string, string> {
  const { peerDependencies = {}, peerDependenciesMeta = {}, devDependencies = {} } = manifest
  const chosen = Object.entries(peerDependencies).filter(
    ([name]) =>
      !name.startsWith('@base/') && (which === 'all' || peerDependenciesMeta[name]?.optional !== true),
  )
  return Object.fromEntries(
    chosen.flatMap(([name, range]) => {
      const types = `@types/${name}`
      const peer: [string, string] = [name, devDependencies[name] ?? range]
      // A client whose types are apart: who uses it in TypeScript has them.
      return devDependencies[types] === undefined ? [peer] : [peer, [types, devDependencies[types]]]
    }),
  )
}

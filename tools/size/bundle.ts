import { builtinModules } from 'node:module'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { type Manifest, specifier } from '../workspace/manifest.ts'

/** A package as it is bundled. */
export interface Bundled {
  readonly folder: string
  readonly manifest: Manifest
}

/**
 * The bytes that subpaths add to an application that uses all they export: minified by esbuild into one ES module,
 * compressed by gzip at level 9. Packages of ours are counted; peers and Node's own modules are not.
 */
export async function gzipSize(pkg: Bundled, subpaths: readonly string[]): Promise<number> {
  return gzipOf(pkg, await useAll(pkg, subpaths))
}

/** The same of a module that stands in the folder of a package. */
export async function gzipOf(pkg: Bundled, module: string): Promise<number> {
  const { code } = await bundle(pkg, module)
  return gzipSync(code, { level: 9 }).byteLength
}

/** An entry that exports every name of the subpaths; one name has one meaning in a package. */
async function useAll(pkg: Bundled, subpaths: readonly string[]): Promise<string> {
  const seen = new Set<string>()
  const lines: string[] = []
  for (const subpath of subpaths) {
    const from = subpath.startsWith('.') ? specifier(pkg.manifest, subpath) : subpath
    const { names } = await bundle(pkg, `export * from '${from}'`)
    const fresh = names.filter((name) => !seen.has(name))
    for (const name of fresh) seen.add(name)
    lines.push(`export { ${fresh.join(', ')} } from '${from}'`)
  }
  return lines.join('\n')
}

async function bundle(
  { folder, manifest }: Bundled,
  contents: string,
): Promise<{ code: Uint8Array; names: readonly string[] }> {
  const peers = Object.keys(manifest.peerDependencies ?? {})
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder, sourcefile: 'entry.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    mainFields: ['module', 'main'],
    // A package may be asked for by its own name, which esbuild resolves by `exports`.
    conditions: ['import', 'default'],
    external: [...peers, ...peers.map((name) => `${name}/*`), 'node:*', ...builtinModules],
    outfile: 'out.js',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const [file] = outputFiles
  const output = metafile.outputs['out.js']
  if (file === undefined || output === undefined) throw new Error(`${manifest.name} gave no bundle.`)
  return { code: file.contents, names: output.exports }
}

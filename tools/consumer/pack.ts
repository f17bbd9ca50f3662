import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Manifest } from '../workspace/manifest.ts'
import type { WorkspacePackage } from '../workspace/packages.ts'
import { pnpm } from './pnpm.ts'
import { readTar } from './tar.ts'

/** A package as users get it. */
export interface Tarball {
  /** Where the .tgz is. */
  readonly path: string
  /** Its package.json, with the ranges that `workspace:` stands for. */
  readonly manifest: Manifest
  /** The paths in it, without the leading `package/`. */
  readonly files: readonly string[]
}

/** Packs a built package into a folder, as `pnpm publish` would. */
export async function pack({ folder }: WorkspacePackage, destination: string): Promise<Tarball> {
  const { filename } = JSON.parse(await pnpm(['pack', '--json', '--pack-destination', destination], folder))
  const entries = readTar(gunzipSync(readFileSync(filename)))
  const manifest = JSON.parse(entries.get('package/package.json')?.toString('utf8') ?? 'null') as Manifest
  const files = [...entries.keys()].map((path) => path.replace(/^package\//, '')).sort()
  return { path: filename, manifest, files }
}

/** Packages with every package of ours that they depend on or take as a peer, each once. */
export function withDependencies(
  packages: readonly WorkspacePackage[],
  workspace: readonly WorkspacePackage[],
): WorkspacePackage[] {
  const found = new Set(packages)
  // A Set gives what is added to it while it is gone through.
  for (const { manifest } of found) {
    const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    for (const other of workspace) if (names.includes(other.manifest.name)) found.add(other)
  }
  return [...found]
}

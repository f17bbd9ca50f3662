import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
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
  /** What is in a file. */
  readonly contents: ReadonlyMap<string, Buffer>
}

/** Packs a built package into a folder, as `pnpm publish` would. */
export async function pack({ folder }: WorkspacePackage, destination: string): Promise<Tarball> {
  const { filename } = JSON.parse(await pnpm(['pack', '--json', '--pack-destination', destination], folder))
  // Relative where the destination is the package's own folder.
  const path = resolve(folder, filename)
  const entries = readTar(gunzipSync(readFileSync(path)))
  const contents = new Map([...entries].map(([entry, bytes]) => [entry.replace(/^package\//, ''), bytes]))
  const manifest = JSON.parse(contents.get('package.json')?.toString('utf8') ?? 'null') as Manifest
  return { path, manifest, files: [...contents.keys()].sort(), contents }
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

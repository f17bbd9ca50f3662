import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { inParallel } from '../workspace/in-parallel.ts'
import { readManifest } from '../workspace/manifest.ts'
import { publicPackages, type WorkspacePackage } from '../workspace/packages.ts'
import { type Consumer, withConsumer } from './consumer.ts'
import { pack } from './pack.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** What the project has of its own, or needs not. */
const LEFT_OUT = ['package.json', 'tsconfig.json', 'node_modules', 'test', '.turbo']

/**
 * Makes a project outside the workspace of an example: its files, the packages of ours that it names as they would be
 * published, and what else its package.json names. Removes it in the end.
 *
 * @example
 * await withExample(join(import.meta.dirname, '..'), ({ folder }) => run(nodeBinary('24'), ['src/main.ts'], folder))
 */
export async function withExample<T>(example: string, use: (project: Consumer) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'base-tarballs-'))
  try {
    const { dependencies = {} } = readManifest(example)
    const tarballs = await inParallel(
      packagesOf(dependencies).map((each) => () => pack(each, folder)),
      2,
    )
    const others = Object.entries(dependencies).filter(([, range]) => !range.startsWith('workspace:'))
    return await withConsumer(
      { tarballs, peers: 'required', dependencies: Object.fromEntries(others) },
      async (project) => {
        const filter = (path: string): boolean => !LEFT_OUT.includes(basename(path))
        cpSync(example, project.folder, { recursive: true, filter })
        return use(project)
      },
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Packages of ours that are named, and those that they depend on; a peer must be named, as users must. */
function packagesOf(dependencies: Readonly<Record<string, string>>): WorkspacePackage[] {
  const ours = publicPackages(ROOT)
  const found = new Set(ours.filter(({ manifest }) => manifest.name in dependencies))
  // A Set gives what is added to it while it is gone through.
  for (const { manifest } of found) {
    for (const other of ours) if (other.manifest.name in (manifest.dependencies ?? {})) found.add(other)
  }
  return [...found]
}

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from '../consumer/pnpm.ts'

/** A clone of the last commit, in which versions are raised and packages published. */
export interface WorkingCopy {
  /** Consumes the changesets, as the release's pull request does. */
  version(): Promise<void>
  /** Builds, and publishes every public package to a registry. */
  publish(registry: string): Promise<void>
  /** Adds a changeset. */
  change(name: string, text: string): void
  /** The versions of the public packages, by name. */
  versions(): ReadonlyMap<string, string>
}

/** Clones the repository into a folder and installs. */
export async function cloneInto(folder: string, root: string): Promise<WorkingCopy> {
  execFileSync('git', ['clone', '--quiet', '--no-local', root, folder])
  withoutProvenance(folder)
  await pnpm(['install', '--frozen-lockfile', '--prefer-offline'], folder)
  return {
    version: async () => {
      await pnpm(['exec', 'changeset', 'version'], folder)
      await pnpm(['install', '--no-frozen-lockfile', '--prefer-offline'], folder)
    },
    publish: async (registry) => {
      // A registry of our own asks nobody who they are, but npm wants to be somebody.
      const { host } = new URL(registry)
      writeFileSync(join(folder, '.npmrc'), `@base:registry=${registry}\n//${host}/:_authToken=rehearsal\n`)
      await pnpm(['exec', 'turbo', 'run', 'build', '--filter=./packages/**'], folder)
      await pnpm(
        ['--recursive', '--filter=./packages/**', 'publish', '--no-git-checks', `--registry=${registry}`],
        folder,
      )
    },
    change: (name, text) => writeFileSync(join(folder, '.changeset', `${name}.md`), text),
    versions: () => new Map(manifests(folder).map(({ manifest: { name, version } }) => [name, version])),
  }
}

/** Only the release workflow can prove where a package comes from. */
function withoutProvenance(folder: string): void {
  for (const { file, manifest } of manifests(folder)) {
    const { provenance: _, ...publishConfig } = manifest.publishConfig ?? {}
    writeFileSync(file, JSON.stringify({ ...manifest, publishConfig }, null, 2))
  }
}

interface PublicManifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly publishConfig?: Readonly<Record<string, unknown>>
}

function manifests(folder: string): { file: string; manifest: PublicManifest }[] {
  return globSync('packages/{*,adapters/*}/package.json', { cwd: folder })
    .map((path) => join(folder, path))
    .map((file) => ({ file, manifest: JSON.parse(readFileSync(file, 'utf8')) as PublicManifest }))
    .filter(({ manifest }) => manifest.private !== true)
}

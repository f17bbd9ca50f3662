import { subpaths } from '../workspace/manifest.ts'
import type { Check } from './check.ts'

const ALWAYS = ['LICENSE', 'README.md', 'package.json']
const LEGAL = /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|dist\/.+\.(js|d\.ts))$/
const DEVELOPMENT = /(^|\/)(src|test|tests|fixtures)\/|\.(test|prop|test-d|bench|spec)\./

/** Holds what is in the tarball: the built files and the papers, and nothing that only developers need. */
export const checkContents: Check = async ({ tarball: { files, manifest } }) => ({
  title: `${files.length} files`,
  problems: [
    ...ALWAYS.filter((file) => !files.includes(file)).map((file) => `${file} is not in the tarball.`),
    ...files
      .filter((file) => !LEGAL.test(file) || DEVELOPMENT.test(file))
      .map((file) => `${file} is in the tarball, but no user needs it.`),
    ...targets(manifest)
      .filter((file) => !files.includes(file))
      .map((file) => `${file} is in exports or typesVersions, but not in the tarball.`),
  ],
})

function targets(manifest: Parameters<typeof subpaths>[0]): string[] {
  const exported = subpaths(manifest).flatMap((subpath) => Object.values(manifest.exports?.[subpath] ?? {}))
  const typed = Object.values(manifest.typesVersions?.['*'] ?? {}).flat()
  return [...new Set([...exported, ...typed])].map((path) => path.replace(/^\.\//, ''))
}

import { posix } from 'node:path'
import type { Tarball } from '../consumer/pack.ts'
import { importsOf } from '../deps/imports.ts'
import { commands, subpaths } from '../workspace/manifest.ts'
import type { Check } from './check.ts'

const ALWAYS = ['LICENSE', 'README.md', 'package.json']
const LEGAL =
  /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|dist\/.+\.(js|d\.ts)|dashboards\/[\w-]+\.json|alerts\/[\w-]+\.yaml|template\/.+)$/
const CODE = /^dist\/.+\.js$/
/** What is written for users has tests of its own. */
const DEVELOPMENT = /^(?!template\/).*((^|\/)(src|test|tests|fixtures)\/|\.(test|prop|test-d|bench|spec)\.)/

/** Holds what is in the tarball: the built files, the papers, dashboards, alerts and templates, and nothing that only developers need. */
export const checkContents: Check = async ({ tarball }) => {
  const { files, manifest } = tarball
  const used = reached(tarball)
  return {
    title: `${files.length} files`,
    problems: [
      ...ALWAYS.filter((file) => !files.includes(file)).map((file) => `${file} is not in the tarball.`),
      ...files
        .filter((file) => !LEGAL.test(file) || DEVELOPMENT.test(file))
        .map((file) => `${file} is in the tarball, but no user needs it.`),
      ...files
        .filter((file) => CODE.test(file) && !used.has(file))
        .map(
          (file) =>
            `${file} is in the tarball, but no subpath or command leads to it; is it of an older build?`,
        ),
      ...targets(manifest)
        .filter((file) => !files.includes(file))
        .map((file) => `${file} is in exports, typesVersions or bin, but not in the tarball.`),
    ],
  }
}

/** The code that the subpaths and commands lead to. Declarations follow the sources, so that those of an older build are few and harmless. */
function reached({ manifest, contents }: Tarball): ReadonlySet<string> {
  const found = new Set(targets(manifest).filter((file) => CODE.test(file)))
  // A Set gives what is added to it while it is gone through.
  for (const file of found) {
    for (const { specifier } of importsOf(contents.get(file)?.toString('utf8') ?? '')) {
      if (specifier.startsWith('.')) found.add(posix.join(posix.dirname(file), specifier))
    }
  }
  return found
}

function targets(manifest: Parameters<typeof subpaths>[0]): string[] {
  const exported = subpaths(manifest).flatMap((subpath) => Object.values(manifest.exports?.[subpath] ?? {}))
  const typed = Object.values(manifest.typesVersions?.['*'] ?? {}).flat()
  return [...new Set([...exported, ...typed, ...commands(manifest)])].map((path) => path.replace(/^\.\//, ''))
}

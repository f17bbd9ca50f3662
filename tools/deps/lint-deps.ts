import { readManifest } from '../workspace/manifest.ts'
import { examples, publicPackages, type WorkspacePackage } from '../workspace/packages.ts'
import { findCycles } from './cycles.ts'
import type { Finding } from './finding.ts'
import { judge } from './import-rules.ts'
import { checkManifest } from './manifest-rules.ts'
import { findNodeImports } from './node-rules.ts'
import { checkRootFace } from './root-face.ts'
import { publishedFiles, readSources, type SourceFiles } from './source-files.ts'

/** Holds every package.json and every import of the repository to the rules of the house. */
export function lintDeps(root: string): Finding[] {
  const packages = publicPackages(root)
  const workspace = new Map(packages.map((pkg) => [pkg.manifest.name, pkg]))
  const { dependencies, devDependencies } = readManifest(root)
  const rootDependencies = Object.keys({ ...dependencies, ...devDependencies })

  const check = (pkg: WorkspacePackage, files: SourceFiles, published: ReadonlySet<string>): Finding[] =>
    [...files.values()].flatMap(({ path, imports }) =>
      imports.flatMap((one) => {
        const importer = { pkg, path, published: published.has(path), workspace, rootDependencies }
        const message = judge(importer, one)
        return message === undefined ? [] : [{ file: `${pkg.path}/${path}`, line: one.line, message }]
      }),
    )

  return [
    ...packages.flatMap((pkg) => {
      const files = readSources(pkg, 'src')
      return [
        ...checkManifest(pkg),
        ...check(pkg, files, publishedFiles(pkg, files)),
        ...findCycles(pkg.path, files),
        ...findNodeImports(pkg, files),
        ...checkRootFace(pkg.path, files),
      ]
    }),
    ...examples(root).flatMap((pkg) => {
      const files = readSources(pkg, '.')
      return [...check(pkg, files, new Set()), ...findCycles(pkg.path, files)]
    }),
  ]
}

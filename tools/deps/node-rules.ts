import { isBuiltin } from 'node:module'
import { subpaths } from '../workspace/manifest.ts'
import type { WorkspacePackage } from '../workspace/packages.ts'
import type { Finding } from './finding.ts'
import { entryOf, reachable, type SourceFiles } from './source-files.ts'

/**
 * Built-in modules of Node that a subpath loads, a finding per import. Packages load in a browser and in a worker too, so
 * they ask `process.getBuiltinModule`; `testing` and the subpaths in `base.node` of the package.json need Node anyway.
 */
export function findNodeImports(pkg: WorkspacePackage, files: SourceFiles): Finding[] {
  const { manifest, path: packagePath } = pkg
  const exempt = ['./testing', ...(manifest.base?.node ?? [])]
  const findings = new Map<string, Finding>()
  for (const subpath of subpaths(manifest).filter((name) => !exempt.includes(name))) {
    for (const path of reachable(files, entryOf(subpath), 'value')) {
      for (const { specifier, line, kind } of files.get(path)?.imports ?? []) {
        if (!isBuiltin(specifier) || kind === 'type') continue
        const message = `${specifier} is loaded with ${subpath}, which must load without Node: use process.getBuiltinModule, or list it in base.node.`
        const file = `${packagePath}/${path}`
        if (!findings.has(`${file}:${line}`)) findings.set(`${file}:${line}`, { file, line, message })
      }
    }
  }
  return [...findings.values()]
}

import type { Finding } from './finding.ts'
import { type SourceFiles, target } from './source-files.ts'

/** Files that are a type and, by the same name, an object of the functions that speak of it: TypeScript has no other way. */
const COMPANIONS: ReadonlySet<string> = new Set(['packages/core/src/result/result.ts'])

/** Rings of imports inside a package, of types too: a finding per ring, at the import that closes it. */
export function findCycles(packagePath: string, files: SourceFiles): Finding[] {
  const findings: Finding[] = []
  const done = new Set<string>()
  const trail: string[] = []

  const visit = (path: string): void => {
    trail.push(path)
    for (const one of files.get(path)?.imports ?? []) {
      const next = target(path, one)
      if (next === undefined || !files.has(next)) continue
      if (one.kind !== 'value' && COMPANIONS.has(`${packagePath}/${next}`)) continue
      const start = trail.indexOf(next)
      if (start >= 0) {
        const ring = [...trail.slice(start), next].join(' → ')
        findings.push({ file: `${packagePath}/${path}`, line: one.line, message: `Import cycle: ${ring}.` })
      } else if (!done.has(next)) visit(next)
    }
    trail.pop()
    done.add(path)
  }
  for (const path of files.keys()) if (!done.has(path)) visit(path)
  return findings
}

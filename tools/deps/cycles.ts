import type { Finding } from './finding.ts'
import { type SourceFiles, target } from './source-files.ts'

/** Rings of value imports inside a package: a finding per ring, at the import that closes it. */
export function findCycles(packagePath: string, files: SourceFiles): Finding[] {
  const findings: Finding[] = []
  const done = new Set<string>()
  const trail: string[] = []

  const visit = (path: string): void => {
    trail.push(path)
    for (const one of files.get(path)?.imports ?? []) {
      const next = target(path, one)
      if (next === undefined || one.kind !== 'value' || !files.has(next)) continue
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

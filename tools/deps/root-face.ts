import type { Finding } from './finding.ts'
import { type SourceFile, type SourceFiles, target } from './source-files.ts'

const ROOT = 'src/index.ts'

/** The root face gives out a pattern whole or not at all, for nobody looks for the one name that is missing. */
export function checkRootFace(packagePath: string, files: SourceFiles): Finding[] {
  const root = files.get(ROOT)
  const given = new Set(namesOf(root))
  return (root?.imports ?? []).flatMap((one) => {
    const face = target(ROOT, one)
    const missing = namesOf(face === undefined ? undefined : files.get(face)).filter(
      (name) => !given.has(name),
    )
    if (missing.length === 0) return []
    const message = `${one.specifier} also exports ${missing.join(', ')}: the root gives out all of a pattern.`
    return [{ file: `${packagePath}/${ROOT}`, line: one.line, message }]
  })
}

function namesOf(file: SourceFile | undefined): readonly string[] {
  return file?.imports.flatMap(({ names }) => names) ?? []
}

import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { type Program, programsOf } from './program.ts'
import { ROOT } from './project.ts'

/** Every Markdown document of the repository that people write to be read, by its path in it. */
export function documents(): readonly string[] {
  return globSync(['*.md', '.github/**/*.md', 'docs/**/*.md', '{packages,examples,tools}/**/*.md'], {
    cwd: ROOT,
    exclude: (path) => /(^|[\\/])(node_modules|dist|\.cache|api|fixtures)$/.test(String(path)),
  })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !/(^|\/)CHANGELOG\.md$|\.api\.md$/.test(path))
    .sort()
}

/** The workspace package that a document belongs to: its snippets resolve what that has installed. */
export function ownerOf(document: string): string {
  const [owner = 'docs'] =
    /^(packages\/(?:adapters\/)?[^/]+|examples\/[^/]+|tools)(?=\/)/.exec(document) ?? []
  return join(ROOT, owner)
}

/** The programs of a document of the repository. */
export function programsOfDocument(document: string): readonly Program[] {
  return programsOf(readFileSync(join(ROOT, document), 'utf8'), document)
}

/** The programs of a package's README, for a check of its tarball: see {@link run} and {@link writeModule}. */
export function snippetsOf(folder: string): readonly Program[] {
  const path = join(folder, 'README.md')
  const name = path.startsWith(ROOT)
    ? path
        .slice(ROOT.length + 1)
        .split(sep)
        .join('/')
    : path
  return programsOf(readFileSync(path, 'utf8'), name)
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documents } from '../snippets/documents.ts'
import { ROOT } from '../snippets/project.ts'

/** A page of the site, and the document that it is made of. */
export interface Page {
  /** The document by its path in the repository: `packages/core/README.md`. */
  readonly document: string
  /** The page by its path in the site: `packages/core.md`. */
  readonly path: string
  /** Its first heading. */
  readonly title: string
}

/** Where a document goes that does not keep its path; the first that matches decides. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^docs\/front\.md$/, 'index.md'],
  [/^docs\/index\.md$/, 'guides/index.md'],
  [/^README\.md$/, 'repository.md'],
  [/^([A-Z]+)\.md$/, '$1.md'],
  [/^packages\/(?:adapters\/)?([^/]+)\/README\.md$/, 'packages/$1.md'],
  [/^examples\/([^/]+)\/README\.md$/, 'examples/$1.md'],
  [/^docs\/(.+\/)?README\.md$/, '$1index.md'],
  [/^docs\/(.+)$/, '$1'],
  [/^(.+\/)README\.md$/, '$1index.md'],
]

/** The pages of the site: every document of the repository that people write to be read. */
export function sitePages(): readonly Page[] {
  return documents()
    .filter((document) => !/^\.github\/|\/src\//.test(document))
    .map((document) => ({ document, path: pathOf(document), title: titleOf(document) }))
}

/** The path of the page that a document becomes, in lower case, for servers differ in what they make of the other. */
export function pathOf(document: string): string {
  const [pattern, place] = PLACES.find(([candidate]) => candidate.test(document)) ?? [/^.*$/, '$&']
  return document.replace(pattern, place).toLowerCase()
}

/** The first heading, without its marks. */
function titleOf(document: string): string {
  const [, heading = document] = /^# (.+)$/m.exec(readFileSync(join(ROOT, document), 'utf8')) ?? []
  return heading.replace(/`/g, '').trim()
}

import { existsSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { ROOT } from '../snippets/project.ts'
import { pathOf } from './pages.ts'

/** Where files that are no pages are, so that a link from a page to a source leads to it. */
const SOURCES = '/source/'

/**
 * Where a link of a document leads in the site: to the page of another document, to the text of a file. A folder has no
 * page, and nothing to link to. What is not there stays as it is, and fails the build as a dead link.
 */
export function siteLink(href: string, document: string): string | undefined {
  if (/^([a-z][a-z+.-]*:|\/|#)/i.test(href)) return href
  const [path = '', anchor] = href.split('#')
  const target = posix.join(posix.dirname(document), decodeURI(path))
  const file = posix.join(ROOT, target)
  if (!existsSync(file)) return href
  if (statSync(file).isDirectory()) return undefined
  if (!target.endsWith('.md')) return `${SOURCES}${target}.txt`
  return `/${pathOf(target).replace(/(^|\/)index\.md$/, '$1')}${anchor === undefined ? '' : `#${anchor}`}`
}

/** The file that a link to a source shows, by its path in the repository. */
export function sourceOf(link: string): string | undefined {
  return link.startsWith(SOURCES) ? link.slice(SOURCES.length, -'.txt'.length) : undefined
}

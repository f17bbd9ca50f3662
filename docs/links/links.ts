import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import GithubSlugger from 'github-slugger'
import type { Heading } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { visit } from 'unist-util-visit'

/** A link that leads nowhere: `file:line: why`. */
export type BrokenLink = string

/** The relative links of a Markdown document, given by its path under `root`, whose file or heading does not exist. */
export function brokenLinks(root: string, document: string): readonly BrokenLink[] {
  const broken: BrokenLink[] = []
  visit(fromMarkdown(readFileSync(join(root, document), 'utf8')), (node) => {
    if (node.type !== 'link' && node.type !== 'image' && node.type !== 'definition') return
    const problem = /^[a-z][a-z+.-]*:/i.test(node.url) ? undefined : problemOf(node.url, root, document)
    if (problem !== undefined) broken.push(`${document}:${node.position?.start.line}: ${problem}`)
  })
  return broken
}

function problemOf(url: string, root: string, document: string): string | undefined {
  const [path = '', anchor] = decodeURI(url).split('#')
  const target = path === '' ? join(root, document) : join(root, dirname(document), path)
  if (relative(root, target).startsWith('..')) return `'${url}' leads out of the repository`
  if (!existsSync(target)) return `'${url}' does not exist`
  if (anchor === undefined || !target.endsWith('.md')) return undefined
  return anchorsOf(target).has(anchor) ? undefined : `'${url}': there is no heading '${anchor}'`
}

function anchorsOf(path: string): ReadonlySet<string> {
  const slugger = new GithubSlugger()
  const anchors = new Set<string>()
  visit(fromMarkdown(readFileSync(path, 'utf8')), 'heading', (heading) => {
    anchors.add(slugger.slug(textOf(heading)))
  })
  return anchors
}

function textOf(heading: Heading): string {
  let text = ''
  visit(heading, (node) => {
    if (node.type === 'text' || node.type === 'inlineCode') text += node.value
  })
  return text
}

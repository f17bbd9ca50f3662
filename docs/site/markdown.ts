import { relative, sep } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { ROOT } from '../snippets/project.ts'
import { siteLink, sourceOf } from './links.ts'
import { withOptions } from './options.ts'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/** Files that pages link to and that are no pages, found while they are rendered. */
export const linkedSources = new Set<string>()

/** Documents are GitHub's Markdown: no HTML, no templates, and links from file to file. */
export function readAsDocuments(md: MarkdownRenderer): void {
  md.core.ruler.after('normalize', 'options', (state) => {
    state.src = withOptions(state.src)
  })
  md.core.ruler.push('links', (state) => {
    const document = documentOf(state.env)
    for (const token of state.tokens) if (token.children) retarget(token.children, document)
  })
  md.renderer.rules['text'] = (tokens, index) =>
    md.utils.escapeHtml(tokens[index]?.content ?? '').replaceAll('{{', '&#123;&#123;')
}

/** The document that is rendered, by its path in the repository. */
function documentOf(env: { realPath?: string; path?: string }): string {
  return relative(ROOT, env.realPath ?? env.path ?? ROOT)
    .split(sep)
    .join('/')
}

function retarget(tokens: Token[], document: string): void {
  for (const token of tokens) {
    if (token.type !== 'link_open') continue
    const href = siteLink(token.attrGet('href') ?? '', document)
    if (href === undefined) token.attrs = []
    else token.attrSet('href', href)
    const source = sourceOf(href ?? '')
    if (source === undefined) continue
    linkedSources.add(source)
    token.attrSet('target', '_self')
  }
}

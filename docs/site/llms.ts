import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../snippets/project.ts'
import { withOptions } from './options.ts'
import type { Page } from './pages.ts'

const SECTIONS: readonly (readonly [string, RegExp])[] = [
  ['Start', /^(index|repository|guides\/index|support)\.md$/],
  ['Packages', /^packages\//],
  ['Recipes', /^recipes\//],
  ['Guides', /^guides\//],
  ['Runbooks', /^runbooks\//],
  ['Examples', /^examples\//],
  ['Optional', /./],
]

/** What pages are called that have the title of the whole. */
const NAMES: Readonly<Record<string, string>> = {
  'index.md': 'What it is',
  'repository.md': 'The repository',
}

/** Writes `llms.txt`, the pages by section (llmstxt.org), and `llms-full.txt`, all of them as one text. */
export function writeLlms(folder: string, pages: readonly Page[]): void {
  const bySection = Map.groupBy(pages, ({ path }) => SECTIONS.find(([, pattern]) => pattern.test(path))?.[0])
  const sections = SECTIONS.map(
    ([name]) => `## ${name}\n\n${(bySection.get(name) ?? []).map(entryOf).join('\n')}\n`,
  )
  const head =
    '# @base\n\n> The patterns that every backend service needs, as small npm packages for TypeScript.\n\n' +
    'Every pattern has an import path of its own, `@base/<package>/<pattern>`. All pages as one text: [llms-full.txt](/llms-full.txt)\n'
  writeFileSync(join(folder, 'llms.txt'), [head, ...sections].join('\n'))
  writeFileSync(
    join(folder, 'llms-full.txt'),
    pages.map((page) => `<!-- /${urlOf(page)} -->\n\n${textOf(page)}`).join('\n\n'),
  )
}

/** The title, and the first sentence. */
function entryOf(page: Page): string {
  const [, first = ''] = /^# .+\n+([^\n#|`-][^\n]*)/m.exec(textOf(page)) ?? []
  const [sentence = ''] = /^.*?[.!?](?=\s|$)/.exec(first) ?? [first]
  const says = sentence.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  return `- [${NAMES[page.path] ?? page.title}](/${urlOf(page)})${says === '' ? '' : `: ${says}`}`
}

function urlOf({ path }: Page): string {
  return path.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')
}

function textOf({ document }: Page): string {
  return withOptions(readFileSync(join(ROOT, document), 'utf8'))
}

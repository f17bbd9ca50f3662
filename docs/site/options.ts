import { optionsTable } from '../reference/options-table.ts'

const MARKER = /^<!-- options: (\S+) (\w+) -->$/gm
const COMMENT = /^<!--[\s\S]*?-->$/gm

/**
 * A document with each marker `<!-- options: @base/resilience/retry RetryOptions -->` replaced by that table, the first
 * under a heading: where the document is read as it is, nothing stands there.
 */
export function withOptions(markdown: string): string {
  const heading = /^## Options$/m.test(markdown) ? '## All options' : '## Options'
  let isFirst = true
  const filled = markdown.replace(MARKER, (_, subpath: string, name: string) => {
    const before = isFirst ? `${heading}\n\n` : ''
    isFirst = false
    return `${before}${optionsTable(subpath, name)}`
  })
  return filled.replace(COMMENT, '')
}

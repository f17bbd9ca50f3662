import { optionsTable } from '../reference/options-table.ts'

const MARKER = /^<!-- options: (\S+) (\w+) -->$/gm
const COMMENT = /^<!--[\s\S]*?-->$/gm

/** A document with each marker `<!-- options: @base/resilience/retry RetryOptions -->` replaced by that table. */
export function withOptions(markdown: string): string {
  return markdown
    .replace(MARKER, (_, subpath: string, name: string) => optionsTable(subpath, name))
    .replace(COMMENT, '')
}

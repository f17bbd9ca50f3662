/** Lines, each indented by so many spaces, as the body of a block; the empty text for none. */
export function block(lines: readonly string[], indent: number): string {
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('')
}

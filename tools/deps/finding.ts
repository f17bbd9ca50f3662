/** A breach of a rule, and where it stands. */
export interface Finding {
  /** Path from the root of the repository. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly message: string
}

/** `packages/core/src/a.ts:3  …`, sorted by place. */
export function formatFindings(findings: readonly Finding[]): string {
  return [...findings]
    .sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
    .map(({ file, line, message }) => `${file}:${line}  ${message}`)
    .join('\n')
}

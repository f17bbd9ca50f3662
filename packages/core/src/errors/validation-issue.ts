/** One thing that is wrong with an input. */
export interface ValidationIssue {
  /** Where, as a dotted string: `'lines.0.quantity'`; `''` for the input as a whole. */
  readonly path: string
  /** What is wrong, for people. */
  readonly message: string
  /** What is wrong, for programs. */
  readonly code?: string | undefined
}

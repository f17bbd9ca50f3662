/** A part of an ordered list, and where it lies. */
export interface Page<T> {
  /** In the order that was asked for. */
  readonly items: readonly T[]
  /** Where they lie. */
  readonly pageInfo: PageInfo
}

/**
 * Where a page lies, in the words of the Relay connection specification.
 *
 * @see GraphQL Cursor Connections Specification, "PageInfo"
 */
export interface PageInfo {
  /** Whether there is something after the last item, at the time of reading. */
  readonly hasNextPage: boolean
  /** Whether there is something before the first item, at the time of reading. */
  readonly hasPreviousPage: boolean
  /** The first item's cursor, for `before`; `null` on an empty page. */
  readonly startCursor: string | null
  /** The last item's cursor, for `after`; `null` on an empty page. */
  readonly endCursor: string | null
}

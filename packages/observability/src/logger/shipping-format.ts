/** How lines are put into a request, and what its answer says of each. */
export interface ShippingFormat {
  readonly contentType: string
  /** What is added to the address, so that the answer is short. */
  readonly query: Readonly<Record<string, string>>
  /** What stands before each line. */
  readonly prefix: Uint8Array
  /** What became of each line, in their order, by an answer that says it took the request; `undefined` where it took all. */
  outcomesOf(answer: string): readonly Taken[] | undefined
}

/** What became of a line: taken, refused for good, or not now. */
export type Taken = 'taken' | 'refused' | 'later'

/** A line each, and no more. */
export const NDJSON: ShippingFormat = {
  contentType: 'application/x-ndjson',
  query: {},
  prefix: new Uint8Array(),
  outcomesOf: () => undefined,
}

/**
 * The bulk API of Elasticsearch and OpenSearch: an action before each line. `create`, for it is all that a data stream takes.
 * A request of which single lines failed is answered with 200.
 */
export function bulk(index: string | undefined): ShippingFormat {
  const action = { create: index === undefined ? {} : { _index: index } }
  return {
    contentType: 'application/x-ndjson',
    query: { filter_path: 'errors,items.*.status' },
    prefix: new TextEncoder().encode(`${JSON.stringify(action)}\n`),
    outcomesOf: (answer) => {
      const { errors, items } = parsed(answer)
      return errors === true && Array.isArray(items) ? items.map(takenOf) : undefined
    },
  }
}

function parsed(answer: string): { errors?: unknown; items?: unknown } {
  try {
    return Object(JSON.parse(answer))
  } catch {
    return {}
  }
}

function takenOf(item: unknown): Taken {
  const status = (Object(item) as { create?: { status?: unknown } }).create?.status
  if (typeof status !== 'number' || status < 300) return 'taken'
  return status === 429 || status >= 500 ? 'later' : 'refused'
}

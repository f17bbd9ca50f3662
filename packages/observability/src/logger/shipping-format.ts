/** How lines are put into a request, and what its answer says of each. */
export interface ShippingFormat {
  readonly contentType: string
  /** What is added to the address, so that the answer is short. */
  readonly query: Readonly<Record<string, string>>
  /** What stands before each line. */
  readonly prefix: Uint8Array
  /** What became of each of the lines, in their order, by an answer of 2xx; `undefined` where it does not say. */
  outcomesOf(answer: string, lines: number): readonly Taken[] | undefined
}

/** What became of a line: taken, refused for good, or not now. */
export type Taken = 'taken' | 'refused' | 'later'

/** A line each, and no more. */
export const NDJSON: ShippingFormat = {
  contentType: 'application/x-ndjson',
  query: {},
  prefix: new Uint8Array(),
  outcomesOf: (_, lines) => all(lines),
}

/**
 * The bulk API of Elasticsearch and OpenSearch: an action before each line. `create`, for it is all that a data stream takes.
 * A request of which single lines failed is answered with 200, and so is one by a page that asks who we are.
 */
export function bulk(index: string | undefined): ShippingFormat {
  const action = { create: index === undefined ? {} : { _index: index } }
  return {
    contentType: 'application/x-ndjson',
    query: { filter_path: 'errors,items.*.status' },
    prefix: new TextEncoder().encode(`${JSON.stringify(action)}\n`),
    outcomesOf: (answer, lines) => {
      const { errors, items } = parsed(answer)
      if (errors === false) return all(lines)
      return Array.isArray(items) && items.length === lines ? items.map(takenOf) : undefined
    },
  }
}

function all(lines: number): readonly Taken[] {
  return Array<Taken>(lines).fill('taken')
}

function parsed(answer: string): { errors?: unknown; items?: unknown } {
  try {
    return Object(JSON.parse(answer))
  } catch {
    return {}
  }
}

/** Some name the action as they did it: `index`. */
function takenOf(item: unknown): Taken {
  const [action] = Object.values(Object(item))
  const { status }: { status?: unknown } = Object(action)
  if (typeof status !== 'number' || status < 300) return 'taken'
  return status === 429 || status >= 500 ? 'later' : 'refused'
}

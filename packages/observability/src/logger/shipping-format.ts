/** How lines are put into a request, and what its answer says of each. */
export interface ShippingFormat {
  /** What is added to the address, so that the answer is short. */
  readonly query: Readonly<Record<string, string>>
  /** What stands before each line. */
  readonly prefix: Uint8Array
  /** What became of each of the lines, in their order, by an answer of 2xx; or what that is instead. */
  outcomesOf(answer: string, lines: number): readonly Taken[] | Strange
}

/**
 * An answer that does not tell of lines: `foreign` is one of something else, which takes a request or refuses it; `cut` ends
 * before it has told; `unclear` is a page that asks who we are, or tells of other lines.
 */
export type Strange = 'foreign' | 'cut' | 'unclear'

/** What became of a line: taken, refused for good, or not now. */
type Taken = 'taken' | 'refused' | 'later'

/** A line each, and no more. */
export const NDJSON: ShippingFormat = {
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
    query: { filter_path: 'errors,items.*.status' },
    prefix: new TextEncoder().encode(`${JSON.stringify(action)}\n`),
    outcomesOf: (answer, lines) => {
      const text = answer.trim()
      const parsed = parse(text)
      if (parsed === undefined) return ALL_TAKEN.test(text) ? all(lines) : unreadable(text)
      const { errors, items } = parsed
      if (errors === false) return all(lines)
      if (Array.isArray(items) && items.length === lines) return items.map(takenOf)
      return errors === undefined && items === undefined ? 'foreign' : 'unclear'
    },
  }
}

/** How an answer begins that says so of all lines, wherever it ends. */
const ALL_TAKEN = /^\{[^{}[\]]{0,200}"errors"\s*:\s*false\b/

function all(lines: number): readonly Taken[] {
  return Array<Taken>(lines).fill('taken')
}

function parse(text: string): { errors?: unknown; items?: unknown } | undefined {
  try {
    return Object(JSON.parse(text))
  } catch {
    return undefined
  }
}

function unreadable(text: string): Strange {
  if (/^[{[]/.test(text)) return 'cut'
  return text.startsWith('<') ? 'unclear' : 'foreign'
}

/** Some name the action as they did it: `index`. */
function takenOf(item: unknown): Taken {
  const [action] = Object.values(Object(item))
  const { status }: { status?: unknown } = Object(action)
  if (typeof status !== 'number' || status < 300) return 'taken'
  return status === 429 || status >= 500 ? 'later' : 'refused'
}

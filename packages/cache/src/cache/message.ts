import type { Invalidation } from './invalidation.js'

/** What travels over the bus. */
export interface BusMessage {
  /** The cache that sent it. */
  readonly from: string
  /** Counts its messages from 1; an echo has that of the message before it. */
  readonly number: number
  /** None in an echo. */
  readonly invalidation?: Invalidation
}

/** A message is kept below 64 KiB, even if every character needs three bytes. */
const MOST_CHARACTERS = 20_000
const BATCH = 100
/** What stands around the names of one kind. */
const FRAME = 20
/** In the order in which they are told. */
const KINDS = ['cleared', 'tags', 'patterns', 'keys'] as const

/** The texts that tell an invalidation; where a name is too long to be told, that all in the namespace `path` is invalid. */
export function messagesOf(
  invalidation: Invalidation,
  path: string,
  from: string,
  next: () => number,
): string[] {
  const parts = split(invalidation)
  const isTold = parts.every((part) => JSON.stringify(part).length <= MOST_CHARACTERS)
  const told = isTold ? parts : [{ cleared: [path] }]
  return told.map((part) => JSON.stringify({ from, number: next(), invalidation: part } satisfies BusMessage))
}

function split(invalidation: Invalidation): Invalidation[] {
  return KINDS.flatMap((kind) => batches<unknown>(invalidation[kind] ?? []).map((part) => ({ [kind]: part })))
}

/** As few as there is room for. */
function batches<T>(items: readonly T[]): (readonly T[])[] {
  const found: T[][] = []
  let room = 0
  for (const item of items) {
    const length = JSON.stringify(item).length + 1
    const last = found.at(-1)
    if (last === undefined || last.length === BATCH || length > room) {
      found.push([item])
      room = MOST_CHARACTERS - FRAME - length
    } else {
      last.push(item)
      room -= length
    }
  }
  return found
}

/** How every message of a sender begins, also an echo. */
export function beginningOf(from: string): string {
  return JSON.stringify({ from } satisfies Partial<BusMessage>).slice(0, -1)
}

/** `undefined` for what no cache has sent: others may use the same channel. */
export function parseMessage(text: string): BusMessage | undefined {
  try {
    const message = JSON.parse(text) as BusMessage
    return isMessage(message) ? message : undefined
  } catch {
    return undefined
  }
}

function isMessage(message: unknown): message is BusMessage {
  if (typeof message !== 'object' || message === null) return false
  const { from, number, invalidation = {} } = message as Partial<BusMessage>
  if (typeof from !== 'string' || !Number.isSafeInteger(number)) return false
  if (typeof invalidation !== 'object' || invalidation === null) return false
  const { keys = [], tags = [], patterns = [], cleared = [] } = invalidation
  if (![keys, tags, cleared].every(isTexts) || !Array.isArray(patterns)) return false
  return patterns.every((pair) => isTexts(pair) && pair.length === 2)
}

function isTexts(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((name) => typeof name === 'string')
}

import { isError } from './error-fields.js'
import { httpMessage } from './http-message.js'
import { MAX_DEPTH } from './limits.js'
import { Entries, isPlain, ownJson, toPlain } from './to-plain.js'

/** An object by names. */
export type Named = Record<string, unknown>

/** Whether it is an object that is shown with the fields that it has. */
export function isPlainObject(value: unknown): value is Named {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return false
  return typeof value['toJSON'] !== 'function'
}

/** The object by names that a value is shown as; `undefined` where it is shown as something else. @throws whatever `toJSON` throws. */
export function shownObject(value: unknown): Named | undefined {
  let shown = value
  // What gives something else each time ends somewhere.
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (isPlainObject(shown)) return shown
    if (typeof shown !== 'object' || shown === null || Array.isArray(shown) || isError(shown))
      return undefined
    const plain = toPlain(shown)
    if (plain instanceof Entries) return plain.first
    const next = plain === shown ? ownJson(shown) : plain
    if (next === shown) return (httpMessage(shown) ?? shown) as Named
    shown = next
  }
  return undefined
}

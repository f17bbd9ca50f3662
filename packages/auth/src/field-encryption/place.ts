import { invalidOption } from '@base/core/options'
import { isWellFormed } from './well-formed.js'

/** Where a field stands. All that the cipher was told to bind must be there, each a text that is not empty. */
export type FieldPlace<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> = Readonly<
  Record<Name, string>
>

/** Where a column stands: the place of a field, whose row may be left out. */
export type ColumnPlace<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> = Omit<
  FieldPlace<Name>,
  'rowId'
> & {
  /** Ignored. */
  readonly rowId?: string
}

const NOTHING = new Uint8Array(0)

/** The parts of a place in the order of their names, each checked. */
export function readPlace(
  names: readonly string[],
  place: Readonly<Record<string, unknown>>,
): readonly string[] {
  return names.map((name) => partOf(name, place?.[name]))
}

/**
 * Texts as bytes that can be read in one way only: each preceded by its length in bytes, as four bytes. So no two places are
 * the same bytes, wherever in them a text ends and the next begins. What stands in front is taken as it is.
 */
export function bytesOfParts(parts: readonly string[], front: Uint8Array = NOTHING): Buffer {
  let length = front.byteLength
  for (const part of parts) length += 4 + Buffer.byteLength(part)
  const bytes = Buffer.allocUnsafe(length)
  bytes.set(front)
  let offset = front.byteLength
  for (const part of parts) {
    const written = bytes.write(part, offset + 4)
    bytes.writeUInt32BE(written, offset)
    offset += 4 + written
  }
  return bytes
}

/** A lone surrogate would become U+FFFD, and two places one. */
function partOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && isWellFormed(value)) return value
  const option = `context.${name}`
  throw invalidOption(
    value,
    { package: '@base/auth', pattern: 'FieldCipher', option },
    'a text that is not empty, without lone surrogates',
  )
}

import { invalidOption } from '@base/core/options'

/** Where a field stands. All that the cipher was told to bind must be there, each a text that is not empty. */
export type FieldPlace<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> = Readonly<
  Record<Name, string>
>

const UNPAIRED = /\p{Surrogate}/u

/**
 * The parts of a place as bytes that can be read in one way only: each preceded by its length in bytes, as four bytes. So no two
 * places are the same bytes, wherever in them a text ends and the next begins.
 */
export function placeBytes(names: readonly string[], place: Readonly<Record<string, unknown>>): Buffer {
  const parts = names.map((name) => partOf(name, place?.[name]))
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + 4 + Buffer.byteLength(part), 0))
  let offset = 0
  for (const part of parts) {
    const written = bytes.write(part, offset + 4)
    bytes.writeUInt32BE(written, offset)
    offset += 4 + written
  }
  return bytes
}

/** A lone surrogate would become U+FFFD, and two places one. */
function partOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && !UNPAIRED.test(value)) return value
  const option = `context.${name}`
  throw invalidOption(
    value,
    { package: '@base/auth', pattern: 'FieldCipher', option },
    'a text that is not empty, without lone surrogates',
  )
}

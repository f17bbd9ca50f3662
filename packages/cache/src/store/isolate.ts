import { type Codec, jsonCodec } from '@base/core/codec'
import { UnsupportedError } from '@base/core/errors'
import { copyKnown, UNKNOWN } from './copy.js'
import { Guarded } from './guarded.js'

/**
 * A value as memory holds it, so that nothing that is done to the original, or to what a reader gets, changes it:
 *
 * - plain objects and arrays, of primitives in the end, are copied and deeply frozen, and shared by all readers;
 * - where a `Date`, `Map`, `Set`, `URL` or binary is in it, each reader gets a copy;
 * - classes that the codec knows are kept as the codec's text, and each reader gets an instance of his own.
 *
 * @throws UnsupportedError for anything else, from the codec, and for what the codec writes and cannot read.
 */
export function isolate(value: unknown, codec: Codec): unknown {
  const known = isolateKnown(value, codec)
  if (known !== UNKNOWN) return known
  const text = textFrom(codec, value)
  checkReadable(text, codec)
  return guardText(text, codec)
}

/**
 * The same for what the codec has written: it is read once, and not written again.
 *
 * @throws The codec's error, for what it cannot read.
 */
export function isolateText(text: string, codec: Codec): unknown {
  const known = isolateKnown(codec.decode(text), codec)
  return known === UNKNOWN ? guardText(text, codec) : known
}

/**
 * What a codec writes.
 *
 * @throws UnsupportedError for what is no text, such as the promise of one that is asynchronous; the codec's error.
 */
export function textFrom(codec: Codec, value: unknown): string {
  const text: unknown = codec.encode(value)
  if (typeof text === 'string') return text
  // Nobody waits for it.
  if (text instanceof Promise) text.catch(() => {})
  throw new UnsupportedError({ message: 'The value cannot be cached: the codec gave no text.' })
}

/** What needs no codec. */
function isolateKnown(value: unknown, codec: Codec): unknown {
  const frozen = copyKnown(value, 'frozen')
  if (frozen !== UNKNOWN) return frozen
  const copy = copyKnown(value, codec === jsonCodec ? 'data' : 'codec')
  return copy === UNKNOWN ? UNKNOWN : new Guarded(copy, copyAgain)
}

function guardText(text: string, codec: Codec): Guarded {
  return new Guarded(text, (content: string) => codec.decode(content))
}

/** What cannot be read again is refused now, or each of its readers would be, until its end. */
function checkReadable(text: string, codec: Codec): void {
  try {
    codec.decode(text)
  } catch (cause) {
    throw new UnsupportedError({
      message: 'The value cannot be cached: the codec cannot read what it wrote.',
      cause,
    })
  }
}

/** Of a copy that was made before. */
function copyAgain(copy: object): unknown {
  return copyKnown(copy, 'data')
}

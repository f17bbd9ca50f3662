import { err, ok } from '../result/ok-err.js'
import type { Result } from '../result/result.js'
import { JsonError } from './json-error.js'
import { scanJson } from './scan-json.js'
import { utf8Length } from './utf8.js'

/** The value of a JSON text, if it is one that is accepted. */
export function readJson(input: unknown, maxBytes: number, maxDepth: number): Result<unknown, JsonError> {
  const text = textOf(input, maxBytes)
  if (!text.ok) return text
  try {
    const refusal = scanJson(text.value, maxDepth)
    return refusal === undefined ? ok(JSON.parse(text.value) as unknown) : err(refusal)
  } catch (cause) {
    return err(malformed(cause))
  }
}

const BYTE_ORDER_MARK = 0xfeff

function textOf(input: unknown, maxBytes: number): Result<string, JsonError> {
  if (typeof input === 'string') {
    if (utf8Length(input, maxBytes) > maxBytes) return err(tooLarge(maxBytes))
    return ok(input.charCodeAt(0) === BYTE_ORDER_MARK ? input.slice(1) : input)
  }
  // Not by instanceof: bytes of another realm, such as a test runner's, are bytes too.
  if (!ArrayBuffer.isView(input))
    return err(new JsonError('JSON_MALFORMED', 'This is neither a text nor bytes.'))
  if (input.byteLength > maxBytes) return err(tooLarge(maxBytes))
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(input as Uint8Array<ArrayBuffer>))
  } catch {
    return err(new JsonError('JSON_NOT_UTF8', 'The bytes are not UTF-8.'))
  }
}

function tooLarge(maxBytes: number): JsonError {
  return new JsonError('JSON_TOO_LARGE', `The JSON text is larger than ${maxBytes} bytes.`, { maxBytes })
}

/** Without the engine's own error: its message shows a piece of the text. */
function malformed(cause: unknown): JsonError {
  const message = cause instanceof Error ? cause.message : ''
  const position = /in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1]
  if (position === undefined) return new JsonError('JSON_MALFORMED', 'The text is not JSON.')
  return new JsonError('JSON_MALFORMED', `The text is not JSON, from position ${position}.`, {
    position: Number(position),
  })
}

import { stdSerializers } from 'pino'
import { isError, messageOf } from './error-fields.js'
import { isAnswer, webKind } from './http-message.js'
import { fillIn, type Inline } from './message.js'
import { isPlain } from './to-plain.js'

/** What a call of a level's method says. */
export interface Call {
  readonly fields: object | undefined
  /** The message; nearly always a text. */
  readonly message: unknown
}

/** Reads the arguments as pino does: fields, an error or a request first, then a message and what its placeholders stand for. */
export function readCall(
  args: readonly unknown[],
  messageKey: string,
  prefix: unknown,
  inline: Inline,
): Call {
  const [first] = args
  const hasFields = typeof first === 'object' && first !== null
  const from = hasFields || first === undefined || first === null ? 1 : 0
  const template = args[from]
  const message = prefixed(template, prefix)
  if (args.length <= from + 1) return complete(hasFields ? first : undefined, message, messageKey)
  const values = args.slice(from + 1)
  const text = typeof message === 'string' ? fillIn(message, values, inline) : message
  const error = values.find(isError)
  // pino would lose the error of `logger.error('failed', error)`.
  const fields = hasFields ? first : error === undefined || isShown(message) ? undefined : error
  return complete(fields, text, messageKey)
}

/** Whether the message has a place for values. */
function isShown(message: unknown): boolean {
  return typeof message === 'string' && /%[sdfijoO]/.test(message)
}

function prefixed(message: unknown, prefix: unknown): unknown {
  return typeof prefix === 'string' && message !== undefined && message !== null
    ? `${prefix}${message}`
    : message
}

function complete(first: object | undefined, message: unknown, messageKey: string): Call {
  if (first === undefined) return { fields: undefined, message }
  if (isError(first))
    return { fields: { err: first }, message: message === undefined ? messageOf(first) : message }
  const fields = asRequest(first)
  return { fields, message: message === undefined ? ownMessage(fields, messageKey) : message }
}

/** A message among the fields, or the error's. */
function ownMessage(fields: object, messageKey: string): unknown {
  const { [messageKey]: own, err } = fields as Record<string, unknown>
  if (own !== undefined) return own
  return isError(err) ? messageOf(err) : undefined
}

/** A request or response, of node:http or the Web, that is logged as such. */
function asRequest(first: object): object {
  if (isPlain(first)) return first
  const { method, headers, socket, setHeader } = first as Record<string, unknown>
  if (method && headers && socket) return stdSerializers.mapHttpRequest(first as never)
  if (typeof setHeader === 'function') return stdSerializers.mapHttpResponse(first as never)
  if (isAnswer(first)) return { res: first }
  const kind = webKind(first)
  return kind === undefined ? first : { [kind]: first }
}

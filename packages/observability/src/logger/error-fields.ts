import { withoutArguments, withoutParams } from './client-call.js'
import { MAX_CAUSES, MAX_ERRORS } from './limits.js'

/** Own properties of errors that have a place of their own. */
const PLACED = new Set(['name', 'type', 'message', 'stack', 'cause', 'errors', 'aggregateErrors'])

/** Whether it is an error, also one of another realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

/** What a log shows of an error, under the names that pino has for it; `depth` counts it and those whose cause it is. */
export function errorFields(error: Error, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    type: read(error, typeOf),
    message: read(error, messageOf),
    stack: read(error, ({ stack }) => (typeof stack === 'string' ? withoutParams(error, stack) : stack)),
  }
  for (const key of Object.keys(error)) {
    if (!PLACED.has(key)) fields[key] = read(error, (owner) => withoutArguments(owner, key))
  }
  const cause = read(error, (owner) => owner.cause)
  if (cause !== undefined) fields['cause'] = bounded(cause, depth)
  const errors = read(error, (owner) => (owner as { errors?: unknown }).errors)
  if (errors !== undefined)
    fields['aggregateErrors'] = Array.isArray(errors) ? several(errors, depth) : errors
  return fields
}

/** The message of an error, as a log shows it. */
export function messageOf(error: Error): string {
  const { message } = error
  return typeof message === 'string' ? withoutParams(error, message) : message
}

/** Those fields under the names of ECS. */
export function toEcsError(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { stack, type, message, code, ...rest } = fields
  return {
    type: toText(type),
    message: toText(message),
    stack_trace: toText(stack),
    ...(code !== undefined && { code: toText(code) }),
    ...rest,
  }
}

function toText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value
}

function typeOf(error: Error): string {
  const { constructor: type, name } = error
  return typeof type === 'function' && type.name !== '' ? type.name : name
}

function bounded(cause: unknown, depth: number): unknown {
  return depth > MAX_CAUSES && isError(cause) ? '[Too deep]' : cause
}

function several(errors: readonly unknown[], depth: number): unknown {
  if (depth > MAX_CAUSES) return '[Too deep]'
  return errors.length <= MAX_ERRORS
    ? errors
    : [...errors.slice(0, MAX_ERRORS), `${errors.length - MAX_ERRORS} more`]
}

function read<T>(error: Error, get: (error: Error) => T): T | string {
  try {
    return get(error)
  } catch {
    return '[Unreadable]'
  }
}

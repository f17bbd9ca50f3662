import { errorType } from '../tracing/error-type.js'
import type { ChannelRule } from './channel-rule.js'
import { ERROR_TYPE, type FieldRule, OTHER } from './field-rule.js'

/** What is told of a message, by name. */
export type Told = Record<string, string | number | boolean | string[]>

export type Labels = Record<string, string | boolean>

/** Takes a message, and gives what it waits for, if anything. */
export type Sink = (message: unknown, labels: Labels) => unknown

/** A name is short; a label that is not would be a series of its own. */
const LONGEST_LABEL = 128
/** As a statement may be; what is longer is cut. */
const LONGEST_DETAIL = 2_048

/** A field, with its path and values taken apart once. */
interface Reading {
  readonly path: readonly string[]
  readonly attribute: string
  readonly values: ReadonlySet<unknown> | undefined
  readonly shape: FieldRule['shape']
}

/** Reads messages by a rule. Nothing here throws, whatever a message is: a field that cannot be read is left out. */
export class MessageReader {
  readonly #attributes: readonly (readonly [string, string])[]
  readonly #labels: readonly Reading[]
  readonly #details: readonly Reading[]
  readonly #subjects: readonly Reading[]
  readonly #throws: boolean

  constructor({ fields, attributes = {} }: ChannelRule) {
    const of = (use: FieldRule['use']) => fields.filter((rule) => rule.use === use).map(readingOf)
    this.#attributes = Object.entries(attributes)
    this.#labels = of('label')
    this.#details = of('detail')
    this.#subjects = of('log')
    this.#throws = fields.some(({ use }) => use === 'error')
  }

  labels(message: unknown): Labels {
    const labels: Labels = {}
    for (const [name, value] of this.#attributes) labels[name] = value
    for (const reading of this.#labels) {
      const value = labelOf(shownValue(message, reading), reading.values)
      if (value !== undefined) labels[reading.attribute] = value
    }
    if (!this.#throws) return labels
    const error = fieldOf(message, 'error')
    if (error !== undefined) labels[ERROR_TYPE] = errorType(error)
    return labels
  }

  /** Adds what has too many values to be a label. */
  details(message: unknown, into: Told): Told {
    return tell(message, this.#details, into)
  }

  /** Whom it is about, and what was thrown: for log lines alone. */
  confidences(message: unknown, into: Told): Told & { err?: unknown } {
    const told: Told & { err?: unknown } = tell(message, this.#subjects, into)
    const error = this.#throws ? fieldOf(message, 'error') : undefined
    if (error !== undefined) told.err = error as never
    return told
  }
}

/** Reads a field of messages, a dot leading into an object. */
export function fieldReader(field: string): (message: unknown) => unknown {
  const path = field.split('.')
  return (message) => walk(message, path)
}

function readingOf({ field, attribute, values, shape }: FieldRule): Reading {
  return { path: field.split('.'), attribute, values: values && new Set(values), shape }
}

function shownValue(message: unknown, { path, shape }: Reading): unknown {
  const value = walk(message, path)
  if (shape === undefined) return value
  try {
    return shape(value, message as object)
  } catch {
    return undefined
  }
}

function walk(message: unknown, path: readonly string[]): unknown {
  let value = message
  for (const name of path) value = fieldOf(value, name)
  return value
}

function fieldOf(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name]
  } catch {
    return undefined
  }
}

function labelOf(value: unknown, values: ReadonlySet<unknown> | undefined): string | boolean | undefined {
  if (value === undefined || value === null) return undefined
  if (values !== undefined) return values.has(value) ? (value as string) : OTHER
  if (typeof value === 'string') return value.length > LONGEST_LABEL ? value.slice(0, LONGEST_LABEL) : value
  return typeof value === 'boolean' ? value : undefined
}

function tell(message: unknown, readings: readonly Reading[], told: Told): Told {
  for (const reading of readings) {
    const value = detailOf(shownValue(message, reading))
    if (value !== undefined) told[reading.attribute] = value
  }
  return told
}

function detailOf(value: unknown): Told[string] | undefined {
  if (typeof value === 'string') return value.slice(0, LONGEST_DETAIL)
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'boolean') return value
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
}

import { ecsRequest, ecsResponse } from './ecs-http.js'
import { label } from './ecs-label.js'
import { errorFields, isError, toEcsError } from './error-fields.js'
import { MAX_ITEMS } from './limits.js'
import type { Fields, Rename } from './line-format.js'
import { type Named, shownObject } from './shown-object.js'

/** Objects of ECS of which the line has fields of its own: shown field by field, so that none is there twice. */
const SETS = [
  'log',
  'ecs',
  'service',
  'trace',
  'span',
  'process',
  'host',
  'event',
  'url',
  'http',
  'client',
  'user_agent',
] as const

/** Objects of ECS of which the line has no field of its own: shown as they are. */
export const ecsObjects: ReadonlySet<string> = new Set(
  (
    'agent cloud container data_stream destination device dll dns email entity faas file gen_ai group network observer ' +
    'orchestrator organization package registry related rule server source threat tls transaction user volume vulnerability'
  ).split(' '),
)

/** What users of pino log, under the names of ECS. */
export const ecsFields: ReadonlyMap<string, Rename> = new Map<string, Rename>([
  ['err', ecsError],
  ['error', ecsError],
  ['req', ecsRequest],
  ['res', ecsResponse],
  ['responseTime', duration],
  ['name', (value) => [['log.logger', value]]],
  ['pid', (value) => [['process.pid', value]]],
  ['hostname', (value) => [['host.hostname', value]]],
  ['labels', labels],
  ['tags', tags],
  ...SETS.map((set): [string, Rename] => [set, (value) => fieldByField(set, value)]),
  ...[...ecsObjects].map((name): [string, Rename] => [name, (value) => object(name, value)]),
])

/** Its type is said once: as it is given beside it, by the name that spans and metrics have, if it is. */
function ecsError(value: unknown, all: object): Fields {
  if (typeof value !== 'object' || value === null) return [['error', { message: String(value) }]]
  const shown = shownError(value)
  if (shown === undefined) return [['error.message', value, 'text', []]]
  const given = read(all as Named, 'error.type')
  if (given === undefined || given === null) return [['error', shown, undefined, []]]
  const { type, ...rest } = shown
  return [['error', rest, undefined, []]]
}

function shownError(value: object): Named | undefined {
  if (isError(value)) return toEcsError(errorFields(value, 1))
  // A serializer's work, or an error that is none.
  const shown = shownObject(value)
  return shown !== undefined && 'stack' in shown ? toEcsError(shown) : shown
}

/** Milliseconds, as pino-http has them, in nanoseconds. */
function duration(value: unknown): Fields {
  return typeof value === 'number' ? [['event.duration', Math.round(value * 1e6)]] : [['responseTime', value]]
}

/** Keys of labels have no `.`, `*` or `\`; their values are no objects. */
function labels(value: unknown): Fields {
  const shown = shownObject(value)
  if (shown === undefined) return [label('labels', value)]
  return keysOf(shown).map((key) => label(key.replace(/[.*\\]/g, '_'), read(shown, key), [key]))
}

/** Where the schema has texts, an object would have the whole line refused, also in a list. */
function tags(value: unknown): Fields {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  const isObject = items.some((item) => typeof item === 'object' && item !== null)
  return [isObject ? label('tags', value) : ['tags', value]]
}

/** Where the schema has an object, anything else would have the whole line refused. */
function object(name: string, value: unknown): Fields {
  const shown = shownObject(value)
  return [shown === undefined ? label(name, value) : [name, shown]]
}

/** By the fields that JSON would show: whoever says them with `toJSON` leaves out what nobody shall see. */
function fieldByField(set: string, value: unknown): Fields {
  const shown = shownObject(value)
  if (shown === undefined) return [label(set, value)]
  return keysOf(shown).map((key) => [`${set}.${key}`, read(shown, key), undefined, [key]])
}

function read(owner: Named, key: string): unknown {
  try {
    return owner[key]
  } catch {
    return '[Unreadable]'
  }
}

function keysOf(value: object): readonly string[] {
  return Object.keys(value).slice(0, MAX_ITEMS)
}

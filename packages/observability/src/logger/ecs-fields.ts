import { ecsRequest, ecsResponse } from './ecs-http.js'
import { errorFields, isError, toEcsError } from './error-fields.js'
import { MAX_ITEMS } from './limits.js'
import type { Fields, Rename } from './line-format.js'

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

/** Objects of ECS of which the line has no field of its own, and that services have fields named after. */
export const ecsObjects: ReadonlySet<string> = new Set(['user'])

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
  ...SETS.map((set): [string, Rename] => [set, (value) => fieldByField(set, value)]),
  ...[...ecsObjects].map((name): [string, Rename] => [name, (value) => object(name, value)]),
])

function ecsError(value: unknown): Fields {
  if (isError(value)) return [['error', toEcsError(errorFields(value, 1))]]
  // A serializer's work, or an error that is none.
  if (isObject(value)) return [['error', 'stack' in value ? toEcsError(value) : value]]
  return [['error', { message: typeof value === 'string' ? value : String(value) }]]
}

/** Milliseconds, as pino-http has them, in nanoseconds. */
function duration(value: unknown): Fields {
  return typeof value === 'number' ? [['event.duration', Math.round(value * 1e6)]] : [['responseTime', value]]
}

/** Keys of labels have no `.`, `*` or `\`; their values are no objects. */
function labels(value: unknown): Fields {
  if (!hasFields(value)) return [['labels.labels', value]]
  return keysOf(value).map((key) => {
    const label = read(value, key)
    return [`labels.${key.replace(/[.*\\]/g, '_')}`, label, isObject(label)] as const
  })
}

/** Where the schema has an object, anything else would have the whole line refused. */
function object(name: string, value: unknown): Fields {
  return [[hasFields(value) ? name : `labels.${name}`, value]]
}

function fieldByField(set: string, value: unknown): Fields {
  if (!hasFields(value)) return object(set, value)
  return keysOf(value).map((key) => [`${set}.${key}`, read(value, key)])
}

function read(owner: Record<string, unknown>, key: string): unknown {
  try {
    return owner[key]
  } catch {
    return '[Unreadable]'
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Whether it is an object by names, and no list. */
function hasFields(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

function keysOf(value: object): readonly string[] {
  return Object.keys(value).slice(0, MAX_ITEMS)
}

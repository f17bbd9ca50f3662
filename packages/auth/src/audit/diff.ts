import { checkOptions, invalidOption, type OptionPlace } from '@base/core/options'
import { placeOf } from '../place.js'
import type { AuditChange } from './audit-entry.js'
import { Concealed, Foreign, type Plain, type PlainObject, shown, toPlain } from './plain.js'
import { plainName, secretNames } from './secret-names.js'

/** Options of {@link diff}. */
export interface DiffOptions {
  /** More parts of names whose values are secrets. @defaultValue none: those that are known */
  readonly redact?: readonly string[] | undefined
}

const place = /* @__PURE__ */ placeOf('diff')

/**
 * Where two values differ, in the order of their paths.
 *
 * Members of objects are compared by name, items of lists by place. Sets are lists, maps with texts as keys objects; what else has
 * entries, such as `Headers`, is a list of pairs; `undefined` is nothing. An instance of a class of which nothing can be read is
 * shown as `[ClassName]`, and the same as itself alone. Of secrets it says that they differ, never how: passwords, tokens, keys and the like are known by the names that
 * they stand under, and by their looks; a `Secret` is one anyway. Bytes are shown by their length.
 *
 * @example
 * diff({ role: 'customer', password: 'a' }, { role: 'admin', password: 'b' })
 * // [{ path: '/password', before: '[redacted]', after: '[redacted]' }, { path: '/role', before: 'customer', after: 'admin' }]
 *
 * @throws InvalidOptionError where a value holds more than 10,000 values, or for a wrong option.
 * @see RFC 6901, for the paths
 */
export function diff(before: unknown, after: unknown, options: DiffOptions = {}): readonly AuditChange[] {
  const { redact } = checkOptions(options, place('options'))
  const isSecretName = secretNames(checkNames(redact, place('redact')))
  return changesOf(
    toPlain(before, isSecretName, place('before')),
    toPlain(after, isSecretName, place('after')),
  )
}

/** Names of which something is left. @throws InvalidOptionError */
export function checkNames(names: readonly string[] = [], where: OptionPlace): readonly string[] {
  const isName = (name: unknown) => typeof name === 'string' && plainName(name) !== ''
  if (Array.isArray(names) && names.every(isName)) return names
  throw invalidOption(names, where, 'a list of names, each with a letter at least')
}

/** Where two values differ that are read already. */
export function changesOf(before: Plain | undefined, after: Plain | undefined): readonly AuditChange[] {
  const changes: AuditChange[] = []
  compare('', before, after, changes)
  return changes
}

function compare(
  path: string,
  before: Plain | undefined,
  after: Plain | undefined,
  changes: AuditChange[],
): void {
  if (isObject(before) && isObject(after)) {
    for (const key of keysOf(before, after))
      compare(`${path}/${escaped(key)}`, before[key], after[key], changes)
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    for (let index = 0; index < length; index++)
      compare(`${path}/${index}`, before[index], after[index], changes)
  } else if (!isSame(before, after)) {
    changes.push({
      path,
      ...(before !== undefined && { before: shown(before) }),
      ...(after !== undefined && { after: shown(after) }),
    })
  }
}

/** Scalars, and what is concealed by what it is. What differs in kind is never the same. */
function isSame(one: Plain | undefined, other: Plain | undefined): boolean {
  if (!(one instanceof Concealed && other instanceof Concealed)) return one === other
  if (one instanceof Foreign && other instanceof Foreign) return one.object === other.object
  return changesOf(one.value, other.value).length === 0
}

function isObject(value: Plain | undefined): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Concealed)
}

function keysOf(one: PlainObject, other: PlainObject): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

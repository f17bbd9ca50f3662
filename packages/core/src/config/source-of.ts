import { invalidOption } from '../options/options.js'
import { type Naming, variableOf } from './names.js'

/** Where a setting comes from. */
export interface ConfigSource {
  /** The schema's default, a file, the environment, or the `values` given to loadConfig. */
  readonly source: 'default' | 'file' | 'env' | 'values'
  /**
   * The variable that it was read from, `DATABASE__PASSWORD_FILE` where that names a mounted secret; the one that would
   * set it for a default; the key for one of `values`.
   */
  readonly name: string
  /** The file of `files`; only with source `'file'`. */
  readonly file?: string
}

/** What is remembered of a config: where each setting came from, never its value. */
export interface Origins {
  /** By dotted key. */
  readonly sources: ReadonlyMap<string, ConfigSource>
  readonly naming: Naming
}

const origins = new WeakMap<object, Origins>()

/** Remembers where a config came from, as long as the config is there. */
export function remember(config: object, where: Origins): void {
  origins.set(config, where)
}

/**
 * Where a setting of a loaded config came from, by its key in the schema's input; `undefined` for a group of several
 * settings and for a key that is not there. What lies inside a list or a JSON text comes from where that came from.
 *
 * @example
 * const config = await loadConfig(schema, { env: { DATABASE__POOL_SIZE: '20' } })
 * sourceOf(config, 'database.poolSize') // { source: 'env', name: 'DATABASE__POOL_SIZE' }
 *
 * @throws {@link InvalidOptionError} for an object that loadConfig did not return.
 */
export function sourceOf(config: object, key: string): ConfigSource | undefined {
  const known = origins.get(config)
  if (known === undefined) {
    const place = { package: '@base/core', pattern: 'sourceOf', option: 'config' }
    throw invalidOption(config, place, 'what loadConfig returned')
  }
  const path = key.split('.')
  for (let length = path.length; length > 0; length--) {
    const source = known.sources.get(path.slice(0, length).join('.'))
    if (source !== undefined) return source
  }
  const holdsOthers = [...known.sources.keys()].some((other) => other.startsWith(`${key}.`))
  if (holdsOthers || valueAt(config, path) === undefined) return undefined
  return { source: 'default', name: variableOf(path, known.naming) }
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  let at = config
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

import { checkFunction, invalidOption } from '@base/core/options'
import { copyKnown, UNKNOWN } from '../store/copy.js'
import type { Cache, CachedFunction, CachedOptions } from './cache.js'
import { canonicalArguments } from './canonical.js'
import type { LoadOptions } from './entry-options.js'

const place = (option: string) => ({ package: '@base/cache', pattern: 'Cache.cached', option })

/** What {@link Cache.cached} gives; `check` throws where options of a load are wrong, so that it is told here and not by the first call. */
export function cachedFunction<F extends (...args: never[]) => unknown>(
  cache: Cache,
  fn: F,
  options: CachedOptions<Parameters<F>> = {},
  check: (options: LoadOptions) => void,
): CachedFunction<Parameters<F>, Awaited<ReturnType<F>>, ThisParameterType<F>> {
  type Args = Parameters<F>
  type This = ThisParameterType<F>
  type T = Awaited<ReturnType<F>>
  check(typeof options?.tags === 'function' ? { ...options, tags: [] } : (options as LoadOptions))
  const { key, tags, ...rest } = options
  const keyOf = keysOf(checkFunction(fn, place('fn')), key)
  const tagsOf = typeof tags === 'function' ? tags : () => tags
  const call = async function (this: This, ...args: Args): Promise<T> {
    const found = tagsOf(...args)
    const given = typeof key === 'function' ? args : ownOf(args)
    return cache.getOrSet<T>(
      keyOf(args),
      () => fn.apply(this, given) as T,
      found === undefined ? rest : { ...rest, tags: found },
    )
  }
  // The name is part of its keys where it is cached once more.
  Object.defineProperty(call, 'name', { value: fn.name, configurable: true })
  return Object.assign(call, { invalidate: async (...args: Args) => cache.delete(keyOf(args)) })
}

/** Copies of plain data that lose nothing: what the caller makes of his until the function is called would be stored under the key of before. */
function ownOf<Args extends readonly unknown[]>(args: Args): Args {
  return args.map((arg) => {
    const copy = copyKnown(arg, 'whole')
    return copy === UNKNOWN ? arg : copy
  }) as unknown as Args
}

function keysOf<Args extends readonly unknown[]>(
  fn: { readonly name: string },
  key: CachedOptions<Args>['key'] = fn.name,
): (args: Args) => string {
  if (typeof key === 'function') return (args) => key(...args)
  if (typeof key === 'string' && key !== '') return (args) => key + canonicalArguments(args)
  throw invalidOption(key, place('key'), 'a text that is not empty, or a function; the function has no name')
}

import { UnsupportedError } from '@base/core/errors'

/**
 * A package that only some need, as it is first needed.
 *
 * @throws UnsupportedError naming the command that installs it.
 */
export async function loadPeer<T>(pattern: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    const message = `@base/auth ${pattern} needs a package: npm install ${name}`
    throw new UnsupportedError({ message, cause })
  }
}

/** The functions of a CommonJS package, wherever the loader or a bundler has put them. */
export function functionsOf<T extends object>(module: T & { readonly default?: unknown }): T {
  return (module.default ?? module) as T
}

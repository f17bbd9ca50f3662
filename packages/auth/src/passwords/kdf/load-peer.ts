import { UnsupportedError } from '@base/core/errors'

/**
 * What an import of a package that only some need fails with: an UnsupportedError naming the command that installs it. To be
 * given to the `catch` of the import itself, which bundlers then let pass where the package is not there.
 *
 * @example
 * const library = await import('oauth4webapi').catch(needsPackage('createOidcClient', 'oauth4webapi'))
 */
export function needsPackage(pattern: string, name: string): (cause: unknown) => never {
  return (cause) => {
    const message = `@base/auth ${pattern} needs a package: npm install ${name}`
    throw new UnsupportedError({ message, cause })
  }
}

/** The functions of a CommonJS package, wherever the loader or a bundler has put them. */
export function functionsOf<T extends object>(module: T & { readonly default?: unknown }): T {
  return (module.default ?? module) as T
}

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TypeDocOptions } from 'typedoc'
import { requireDocumentation } from './reference/require-documentation.ts'
import { resolveLinks } from './reference/resolve-links.ts'

const VALIDATION = { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: false }

/** The API reference of every public package that is there, so that a new package needs no line here. */
const options: Partial<TypeDocOptions> = {
  name: '@base',
  entryPointStrategy: 'packages',
  entryPoints: publicPackages(),
  packageOptions: {
    // A module per subpath; a root import gives the same things again.
    entryPoints: ['src/*/index.ts'],
    tsconfig: 'tsconfig.json',
    // `pnpm check` finds type errors, with the compiler that builds.
    skipErrorChecking: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    disableSources: true,
    sort: ['source-order'],
    alwaysCreateEntryPointModule: true,
    displayBasePath: 'src',
    validation: VALIDATION,
  },
  alwaysCreateEntryPointModule: true,
  router: 'structure',
  out: 'api',
  readme: 'none',
  hideGenerator: true,
  highlightLanguages: ['ts', 'js', 'json', 'sh', 'mermaid'],
  plugin: [requireDocumentation, resolveLinks],
  validation: VALIDATION,
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
}

export default options

function publicPackages(): string[] {
  return globSync('../packages/{*,adapters/*}/package.json')
    .filter((manifest) => {
      const { private: isPrivate, types } = JSON.parse(readFileSync(manifest, 'utf8'))
      // What has no types is no library.
      return isPrivate !== true && types !== undefined
    })
    .map((manifest) => join(manifest, '..'))
    .sort()
}

import type { Feature } from '../features/feature.js'
import { nodeRange } from '../node-version.js'

/** Versions by package. */
export type Versions = Readonly<Record<string, string>>

/** `package.json`. */
export function manifestFile(name: string, features: readonly Feature[], versions: Versions): string {
  const manifest = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: nodeRange },
    scripts: Object.assign({}, ...features.map(({ scripts }) => scripts)),
    dependencies: rangesOf(
      features.flatMap(({ dependencies = [] }) => dependencies),
      versions,
    ),
    devDependencies: rangesOf(
      features.flatMap(({ devDependencies = [] }) => devDependencies),
      versions,
    ),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Each package once, by name; throws for one that this package is not developed with. */
function rangesOf(names: readonly string[], versions: Versions): Record<string, string> {
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => {
      const version = versions[name]
      if (version === undefined) throw new Error(`There is no version of ${name}.`)
      return [name, /^\d/.test(version) ? `^${version}` : version]
    }),
  )
}

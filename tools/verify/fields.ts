import { type Manifest, readManifest, subpaths } from '../workspace/manifest.ts'
import type { Check, Outcome } from './check.ts'

/** Holds the fields of the packed package.json that the promises of the project rest on. */
export function fieldsCheck(root: string): Check {
  const { repository } = readManifest(root)
  return async ({ pkg, tarball: { manifest } }) => checkFields(manifest, pkg.path, repository)
}

/** `repository` is the root's: npm's provenance wants it, the same and with the folder, in every package. */
export function checkFields(manifest: Manifest, path: string, repository: Manifest['repository']): Outcome {
  return {
    title: 'fields of package.json',
    problems: [
      ...fixedFields(manifest),
      ...faces(manifest),
      ...ranges(manifest),
      ...address(manifest, path, repository),
    ],
    notes:
      repository === undefined
        ? [
            'The root package.json has no repository yet: a publish with provenance needs repository { type, url, directory } in every package, and url must be the repository that publishes.',
          ]
        : [],
  }
}

function fixedFields(manifest: Manifest): string[] {
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ['license', manifest.license, 'MIT'],
    ['type', manifest.type, 'module'],
    ['sideEffects', manifest.sideEffects, false],
    ['engines.node', manifest.engines?.['node'], '>=20.19'],
    ['publishConfig.access', manifest.publishConfig?.['access'], 'public'],
    ['publishConfig.provenance', manifest.publishConfig?.['provenance'], true],
    ['private', manifest.private, undefined],
  ]
  const wrong = expected.filter(([, actual, wanted]) => actual !== wanted)
  const missing = manifest.description ? [] : ['description must say what the package is.']
  return [
    ...missing,
    ...wrong.map(
      ([field, actual, wanted]) =>
        `${field} must be ${JSON.stringify(wanted)}, not ${JSON.stringify(actual)}.`,
    ),
  ]
}

/** Each subpath has types and code beside each other, and an entry for resolution that cannot read exports. */
function faces(manifest: Manifest): string[] {
  return subpaths(manifest).flatMap((subpath) => {
    const name = subpath === '.' ? 'index' : `${subpath.slice(2)}/index`
    const types = `./dist/${name}.d.ts`
    const wanted = JSON.stringify({ types, default: `./dist/${name}.js` })
    const old = subpath === '.' ? manifest.types : manifest.typesVersions?.['*']?.[subpath.slice(2)]?.[0]
    return [
      ...(JSON.stringify(manifest.exports?.[subpath]) === wanted
        ? []
        : [`exports["${subpath}"] must be ${wanted}.`]),
      ...(old === types ? [] : [`${oldField(subpath)} must be "${types}", for old resolution.`]),
    ]
  })
}

function oldField(subpath: string): string {
  return subpath === '.' ? 'types' : `typesVersions["*"]["${subpath.slice(2)}"]`
}

function ranges({ dependencies, peerDependencies }: Manifest): string[] {
  return Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([, range]) => /^(workspace|file|link|git|https?):/.test(range))
    .map(([name, range]) => `The range of ${name} must be one that npm can install, not ${range}.`)
}

function address(manifest: Manifest, path: string, root: Manifest['repository']): string[] {
  const wanted = urlOf(root)
  if (wanted === undefined) return []
  const { repository } = manifest
  const directory = typeof repository === 'object' ? repository.directory : undefined
  return urlOf(repository) === wanted && directory === path
    ? []
    : [`repository must be { "type": "git", "url": "${wanted}", "directory": "${path}" }.`]
}

function urlOf(repository: Manifest['repository']): string | undefined {
  return typeof repository === 'string' ? repository : repository?.url
}

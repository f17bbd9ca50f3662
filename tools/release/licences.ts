/** What may come with a package of ours, as SPDX names it. */
const ALLOWED: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
])

interface Component {
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly licenses?: readonly { readonly license?: { readonly id?: string; readonly name?: string } }[]
}

/** The components of a CycloneDX bill of materials whose licence is not one of those that we may pass on. */
export function forbiddenLicences(sbom: string): string[] {
  const { components = [] } = JSON.parse(sbom) as { components?: readonly Component[] }
  return components.flatMap(({ group, name, version, licenses = [] }) => {
    const ids = licenses.map(({ license }) => license?.id ?? license?.name ?? 'unknown')
    if (ids.length > 0 && ids.every((id) => ALLOWED.has(id))) return []
    const full = group === undefined ? name : `${group}/${name}`
    return [`${full}@${version}: ${ids.join(', ') || 'no licence'}`]
  })
}

import { describe, expect, test } from 'vitest'
import { checkFields } from './fields.ts'

const url = 'git+https://example.org/base.git'

function problemsOf(repository: object | undefined, root: object | undefined): string {
  const manifest = { name: '@base/parcels', ...(repository && { repository }) }
  return checkFields(manifest, 'packages/parcels', root).problems.join('\n')
}

describe('the repository in a package.json', () => {
  test('is only noted as missing while the root has none', () => {
    const { problems, notes } = checkFields({ name: '@base/parcels' }, 'packages/parcels', undefined)

    expect(problems.join('\n')).not.toContain('repository')
    expect(notes?.[0]).toContain('a publish with provenance needs repository')
  })

  test("must be the root's, with the folder of the package, once the root has one", () => {
    const wanted = `repository must be { "type": "git", "url": "${url}", "directory": "packages/parcels" }.`

    expect(problemsOf(undefined, { url })).toContain(wanted)
    expect(problemsOf({ url }, { url })).toContain(wanted)
    expect(
      problemsOf({ url: 'git+https://example.org/other.git', directory: 'packages/parcels' }, { url }),
    ).toContain(wanted)
    expect(problemsOf({ url, directory: 'packages/parcels' }, { url })).not.toContain('repository')
  })
})

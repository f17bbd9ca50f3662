import { expect, test } from 'vitest'
import { forbiddenLicences } from './licences.ts'

const sbom = (components: object[]) => JSON.stringify({ bomFormat: 'CycloneDX', components })
const of = (id: string) => [{ license: { id } }]

test('lets through what may be passed on', () => {
  expect(forbiddenLicences(sbom([{ name: 'jose', version: '6.0.0', licenses: of('MIT') }]))).toEqual([])
  expect(forbiddenLicences('{}')).toEqual([])
})

test('names what may not, and what has no licence', () => {
  const components = [
    { group: '@acme', name: 'copy', version: '1.0.0', licenses: of('GPL-3.0-only') },
    { name: 'bare', version: '2.0.0' },
  ]
  expect(forbiddenLicences(sbom(components))).toEqual([
    '@acme/copy@1.0.0: GPL-3.0-only',
    'bare@2.0.0: no licence',
  ])
})

import { expect, test } from 'vitest'
import { subpaths } from '../workspace/manifest.ts'
import { publicPackages } from '../workspace/packages.ts'
import { FIRST_PROGRAMS } from './programs.ts'

test('a rehearsal tries every package that is imported', () => {
  const packages = publicPackages(process.cwd())
    .filter(({ manifest }) => subpaths(manifest).length > 0)
    .map(({ manifest }) => manifest.name)
  expect(FIRST_PROGRAMS.map((program) => program.package).sort()).toEqual(packages.sort())
})

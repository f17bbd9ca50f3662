import { expect, test } from 'vitest'
import { publicPackages } from '../workspace/packages.ts'
import { FIRST_PROGRAMS } from './programs.ts'

test('a rehearsal tries every package', () => {
  const packages = publicPackages(process.cwd()).map(({ manifest }) => manifest.name)
  expect(FIRST_PROGRAMS.map((program) => program.package).sort()).toEqual(packages.sort())
})

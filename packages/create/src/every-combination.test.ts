import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { everyCombination, nameOf } from './fixtures/combinations.js'
import { serviceFiles } from './service-files.js'
import { versions } from './versions.js'

const PACKAGE = join(import.meta.dirname, '..')
const BIN = join(PACKAGE, '..', '..', 'node_modules', '.bin')
const LONG = 300_000

let folder = ''

// Within the package, so that what its services depend on is found.
beforeAll(() => {
  mkdirSync(join(PACKAGE, '.cache'), { recursive: true })
  folder = mkdtempSync(join(PACKAGE, '.cache', 'services-'))
  for (const choices of everyCombination()) {
    for (const [path, text] of serviceFiles({ name: 'notes', choices, versions })) {
      const file = join(folder, nameOf(choices), path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(join(BIN, program), args, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`
}

test('every combination compiles by its own settings', { timeout: LONG }, () => {
  const [first = ''] = everyCombination().map(nameOf)
  // Beside the folder, in which everything is as a user gets it.
  const project = `${folder}.json`
  onTestFinished(() => rmSync(project))
  const settings = {
    extends: `${folder}/${first}/tsconfig.json`,
    compilerOptions: { rootDir: folder },
    include: [`${folder}/**/*.ts`],
  }
  writeFileSync(project, JSON.stringify(settings))
  expect(run('tsc', ['-p', project])).toBe('')
})

test('every combination is formatted as this repository is, and has no import or variable in vain', {
  timeout: LONG,
}, () => {
  const config = join(PACKAGE, '..', '..', 'biome.json')
  expect(
    run('biome', ['check', '--vcs-enabled=false', '--error-on-warnings', `--config-path=${config}`, '.']),
  ).toBe('')
})

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

// Where the counts of the run are to be written, for scripts; `.ci/run` reads them.
const report = process.env['TEST_REPORT']

// A soak tries every property as often as ten thousand times, which takes minutes.
const soak = process.env['SOAK'] === '1'

const setupFiles = [
  ...(soak ? [resolve('tools/soak/more-runs.ts')] : []),
  // So that a run which has failed can be repeated.
  ...(process.env['PROPERTY_SEED'] ? [resolve('tools/flakes/property-seed.ts')] : []),
]

const FOLDERS = ['packages/*', 'packages/adapters/*', 'examples/*', 'docs', 'tools']

export default defineConfig({
  test: {
    projects: globSync(FOLDERS)
      .filter((folder) => existsSync(join(folder, 'package.json')))
      .map(projectOf),
    globalSetup: ['tools/services/vitest-setup.ts'],
    ...(report ? { reporters: ['default', ['json', { outputFile: report }]] } : {}),
  },
})

/** A package and its tests, named after it; its own configuration, where it has one, comes first. */
function projectOf(folder: string) {
  const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string }
  const own = resolve(folder, 'vitest.config.ts')
  return {
    ...(existsSync(own) && { extends: own }),
    root: resolve(folder),
    test: {
      name,
      // Only what hangs shall fail by time, also on a machine that is busy with much else.
      testTimeout: soak ? 1_200_000 : 60_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 30_000 } },
      setupFiles,
    },
  }
}

import { defineConfig } from 'vitest/config'

// Where the counts of the run are to be written, for scripts; `.ci/run` reads them.
const report = process.env['TEST_REPORT']

export default defineConfig({
  test: {
    projects: ['packages/*', 'packages/adapters/*', 'examples/*', 'docs', 'tools'],
    globalSetup: ['tools/services/vitest-setup.ts'],
    ...(report ? { reporters: ['default', ['json', { outputFile: report }]] } : {}),
  },
})

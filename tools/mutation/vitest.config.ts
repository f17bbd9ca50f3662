import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const core = resolve(import.meta.dirname, '../../packages/core/src')

export default defineConfig({
  // Out of its sources, so that the tests of what stands on it meet what is changed there.
  resolve: { alias: [{ find: /^@base\/core\/(.+)$/, replacement: `${core}/$1/index.ts` }] },
  test: {
    include: process.env['TESTS']?.split(',') ?? [],
    setupFiles: ['../../tools/mutation/no-shrinking.ts'],
    // The first run of the tests is no mutant's: only a hang takes so long.
    testTimeout: 60_000,
  },
})

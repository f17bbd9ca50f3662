import { defineConfig } from 'vitest/config'

const pattern = process.env['PATTERN']

/** The tests that are about one pattern; what others, which stand on it, notice by chance, is not tested. */
export default defineConfig({
  test: {
    include: [`src/${pattern}/*.test.ts`, 'src/testing/rate-limit-store-conformance.test.ts'],
    setupFiles: ['../../tools/mutation/no-shrinking.ts'],
  },
})

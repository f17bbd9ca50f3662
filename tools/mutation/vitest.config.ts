import { defineConfig } from 'vitest/config'

/** The tests that are about what is changed; what others, which stand on it, notice by chance, is not tested. */
export default defineConfig({
  test: {
    include: process.env['TESTS']?.split(',') ?? [],
    setupFiles: ['../../tools/mutation/no-shrinking.ts'],
  },
})

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: process.env['TESTS']?.split(',') ?? [],
    setupFiles: ['../../tools/mutation/no-shrinking.ts'],
  },
})

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    // They measure memory, and peers: a mutant that none of the others kills is one that wants an example.
    exclude: ['src/leaks.test.ts', 'src/differential.test.ts'],
  },
})

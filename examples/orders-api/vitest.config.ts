import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'orders-api',
    // A PostgreSQL starts in each file: seconds on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

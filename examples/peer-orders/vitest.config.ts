import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'peer-orders',
    // The service starts in a process of its own: seconds on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

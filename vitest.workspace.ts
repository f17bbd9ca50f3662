import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'packages/adapters/*', 'examples/*', 'docs', 'tools'],
    globalSetup: ['tools/services/vitest-setup.ts'],
  },
})

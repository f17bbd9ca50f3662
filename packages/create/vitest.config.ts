import { defineConfig } from 'vitest/config'

// The tests in `template/` are those of new services.
export default defineConfig({ test: { include: ['src/**/*.test.ts'] } })

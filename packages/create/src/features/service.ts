import type { Feature } from './feature.js'

/** What every service has. */
export const SERVICE: Feature = {
  layers: ['service'],
  dependencies: ['@base/core', '@base/domain', '@base/observability', '@hono/node-server', 'hono', 'zod'],
  devDependencies: ['@types/node', 'typescript'],
  scripts: {
    start: 'node src/main.ts',
    dev: 'node --watch src/main.ts',
    test: 'node --test "test/**/*.test.ts"',
    check: 'tsc',
  },
  settings: [
    {
      key: 'port',
      says: 'Where it listens; 0 takes a free port.',
      schema: 'z.coerce.number().int().min(0).max(65_535)',
      byDefault: '3000',
    },
    {
      key: 'host',
      says: 'The address it binds; in a container 0.0.0.0.',
      schema: 'z.string().min(1)',
      byDefault: "'127.0.0.1'",
    },
    {
      key: 'drainDelay',
      says: 'How long it still answers after SIGTERM, while `/health/ready` already says no; 5000 behind a load balancer.',
      // A stop may take 30 s in all; connections on which nobody asks have 6 s of it.
      schema: 'z.coerce.number().int().min(0).max(20_000)',
      byDefault: '0',
    },
  ],
  ignores: ['node_modules/', '.env', '*.log'],
  readme: {
    topic: 'service',
    says: 'Hono on Node: notes that are written, read and replaced',
    where: ['src/main.ts', 'src/service.ts', 'src/notes/'],
  },
}

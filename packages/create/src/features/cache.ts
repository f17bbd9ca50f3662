import type { Choices } from '../choices.js'
import type { Feature } from './feature.js'

/** What stands in front of the notes. */
export function cacheFeature({ cache }: Choices): Feature | undefined {
  return { none: undefined, memory: MEMORY, redis: REDIS }[cache]
}

/** The expression of the notes, found through the cache where there is one. */
export function cached({ cache }: Choices, notes: string): string {
  return cache === 'none' ? notes : `cacheNotes(${notes}, caching.cache)`
}

const REDIS_URL = 'redis://127.0.0.1:6379'

const imports = { './cache.ts': ['openCache'], './notes/cache-notes.ts': ['cacheNotes'] }

const MEMORY: Feature = {
  layers: ['cache', 'cache-memory'],
  dependencies: ['@base/cache'],
  service: { imports, makes: ['const caching = openCache()'], parts: ['caching.part'] },
  readme: {
    topic: 'cache',
    says: 'in the process, in front of single notes',
    where: ['src/cache.ts', 'src/notes/cache-notes.ts'],
  },
}

const REDIS: Feature = {
  layers: ['cache', 'cache-redis'],
  dependencies: ['@base/cache', '@base/redis', 'ioredis'],
  settings: [
    {
      key: 'redisUrl',
      says: 'The Redis that processes share.',
      schema: 'z.url({ protocol: /^rediss?$/ })',
      isSecret: true,
      example: REDIS_URL,
    },
  ],
  service: {
    imports,
    makes: ['const caching = openCache(config, telemetry)'],
    checks: ['redis: { check: caching.check, critical: false },'],
    parts: ['caching.part'],
  },
  test: { needs: { REDIS_URL } },
  readme: {
    topic: 'cache',
    says: 'in the process and in Redis, at `REDIS_URL`, in front of single notes',
    where: ['src/cache.ts', 'src/notes/cache-notes.ts'],
  },
  setup: ['docker run --rm --detach --publish 6379:6379 redis:8'],
}

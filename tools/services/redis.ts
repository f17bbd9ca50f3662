import { askRedis } from './ask-redis.ts'
import type { Place, Recipe } from './recipe.ts'

/** Redis. A private one writes every command to its log before it answers. */
export const redis: Recipe = {
  ports: 1,
  files: (place) => ({ 'redis.conf': configuration(place) }),
  prepare: () => [],
  processes: ({ programs }) => [
    { program: programs['redis-server'] ?? 'redis-server', args: ['redis.conf'] },
  ],
  probe: async (place) => {
    await askRedis(url(place), ['PING'])
  },
  address: (place) => ({ url: url(place) }),
  stopSignal: 'SIGTERM',
  endSignal: 'SIGKILL',
}

function configuration({ ports: [port], password, request }: Place): string {
  const settings = {
    port: `${port}`,
    bind: '127.0.0.1',
    requirepass: password,
    dir: '.',
    save: '""',
    appendonly: request.durable ? 'yes' : 'no',
    appendfsync: 'always',
    databases: request.durable ? '16' : '4096',
    ...request.settings,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('')
}

function url({ ports: [port], password }: Place): string {
  return `redis://default:${password}@127.0.0.1:${port}`
}

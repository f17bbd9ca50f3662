import type { Choices } from '../choices.js'
import { guarded } from '../features/auth.js'
import { cached } from '../features/cache.js'
import { notesOf } from '../features/database.js'
import type { Feature } from '../features/feature.js'
import { importsOf } from './imports.js'
import { block } from './lines.js'

const IMPORTS = {
  '@base/core/lifecycle': ['createLifecycle', 'type Lifecycle'],
  '@base/observability/health': ['createHealth'],
  './app.ts': ['createApp'],
  './config.ts': ['type Config'],
  './http/http-server.ts': ['httpServer'],
  './notes/routes.ts': ['noteRoutes'],
}

/** `src/service.ts`: what is made of what, and what starts and stops when. */
export function serviceFile(choices: Choices, features: readonly Feature[]): string {
  const parts = features.flatMap(({ service = [] }) => service)
  const shows = parts.flatMap((part) => part.shows ?? [])
  return `${importsOf([IMPORTS, ...parts.map(({ imports }) => imports)])}

/** Puts the service together: what it is made of, and what starts and stops when. */
export function createService(config: Config, telemetry: Telemetry) {
${block(
  parts.flatMap(({ makes = [] }) => makes),
  2,
)}  const notes = ${cached(choices, notesOf(choices))}
  const health = createHealth({
    checks: {
      lifecycle: { check: () => lifecycle.state === 'running', groups: ['ready', 'startup'] },
${block(
  parts.flatMap(({ checks = [] }) => checks),
  6,
)}    },
  })
  health.started()
  const routes = {
    '/notes': ${guarded(choices, 'noteRoutes(notes)')},
  }
  const http = httpServer('http', createApp(routes, { health, telemetry }), {
    host: config.host,
    port: config.port,
    isStopping: () => lifecycle.state === 'stopping',
  })
  const lifecycle: Lifecycle = createLifecycle({ drainDelay: config.drainDelay })
${block([...parts.flatMap((part) => part.parts ?? []), 'http'].map(add), 4)}  return { ${['lifecycle', 'http', ...shows].join(', ')} }
}

/** The whole service, put together. */
export type Service = ReturnType<typeof createService>
`
}

function add(part: string): string {
  return `.add(${part})`
}

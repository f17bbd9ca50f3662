import { correlationId, runInContext } from '@base/core/context'
import { createLogger } from '@base/observability/logger'
import { bench } from '@base-internal/tools/bench'
import { pino } from 'pino'

let last = ''
const destination = {
  write(line: string) {
    last = line
  },
}

/** What an access line of a service has: some fields, and headers of which two are secret. */
const entry = (index: number) => ({
  request: {
    id: `req-${index % 1_000}`,
    method: 'POST',
    path: '/orders',
    headers: {
      host: 'orders.example',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      accept: 'application/json',
      authorization: 'Bearer 8f1c0e7a',
      cookie: 'sid=abcdef',
    },
  },
  user: { id: 42, name: 'Ann', password: 'hunter2' },
  status: 201,
  duration: index % 100,
})
/** The same of a request, as pino-http has it: ECS takes it apart. */
const access = (index: number) => {
  const { request, ...rest } = entry(index)
  return {
    req: { ...request, url: `${request.path}?page=${index % 10}`, remoteAddress: '10.0.0.1' },
    ...rest,
  }
}
/** The exact paths of what is secret, as pino wants them. */
const paths = ['request', 'req']
  .flatMap((key) => [`${key}.headers.authorization`, `${key}.headers.cookie`])
  .concat('user.password')

const ours = createLogger({ service: 'orders-api', format: 'ecs', destination })
const oursJson = createLogger({ service: 'orders-api', destination })
const theirs = pino({ redact: paths, base: { service: 'orders-api' } }, destination)
const theirsOpen = pino({ base: { service: 'orders-api' } }, destination)
const off = createLogger({ service: 'orders-api', level: 'warn', destination })
const theirsOff = pino({ level: 'warn', redact: paths }, destination)

/** What a statement of a database says: the same text each time. */
const sql = `select ${'"a column of it", '.repeat(20)} from "orders" where "id" = $1`
const statement = (index: number) => ({
  'db.operation.name': 'select',
  'db.query.text': sql,
  'base.duration': index / 1_000,
})
const keeping = createLogger({ service: 'orders-api', buffer: {}, destination })
const theirsDebug = pino({ level: 'debug', redact: paths, base: { service: 'orders-api' } }, destination)

/** Whether the secrets are hidden and the rest is there; the layouts differ. */
const safe = () => [
  /hunter2|8f1c0e7a|abcdef/.test(last),
  last.includes('orders.example'),
  last.includes('order placed'),
]

await bench({
  name: '@base/observability/logger',
  ours: '@base/observability',
  workloads: {
    'a line with nested headers: ECS and deep redaction, against exact paths': {
      contestants: {
        '@base/observability': { run: (index) => ours.info(entry(index), 'order placed'), read: safe },
        'pino, redact': { run: (index) => theirs.info(entry(index), 'order placed'), read: safe },
      },
    },
    'a line with a request: ECS, which takes it apart': {
      contestants: {
        '@base/observability': { run: (index) => ours.info(access(index), 'order placed'), read: safe },
        'pino, redact': { run: (index) => theirs.info(access(index), 'order placed'), read: safe },
      },
    },
    'the same as JSON': {
      contestants: {
        '@base/observability': { run: (index) => oursJson.info(entry(index), 'order placed'), read: safe },
        'pino, redact': { run: (index) => theirs.info(entry(index), 'order placed'), read: safe },
      },
    },
    'a message alone': {
      contestants: {
        '@base/observability': {
          run: () => oursJson.info('order placed'),
          read: () => last.includes('order placed'),
        },
        'pino, redact': { run: () => theirs.info('order placed'), read: () => last.includes('order placed') },
        pino: { run: () => theirsOpen.info('order placed'), read: () => last.includes('order placed') },
      },
    },
    'a line that is kept for its request, against one that is printed': {
      contestants: {
        '@base/observability': (index) =>
          runInContext([[correlationId, `req-${index >> 3}`]], () =>
            keeping.debug(statement(index), 'statement ended'),
          ),
        'pino, redact': (index) => theirsDebug.debug(statement(index), 'statement ended'),
      },
    },
    'a disabled level': {
      contestants: {
        '@base/observability': () => off.info({ order: 7 }, 'order placed'),
        pino: () => theirsOff.info({ order: 7 }, 'order placed'),
      },
    },
  },
})

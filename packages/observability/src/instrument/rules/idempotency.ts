import type { ChannelRule } from '../channel-rule.js'
import { detail, hidden, label, thrown } from '../field-rule.js'

const key = hidden('key', 'It may let who knows it read an answer again')
const REQUESTS = {
  name: 'base.idempotency.requests',
  unit: '{request}',
  description: 'Requests with an idempotency key, by what became of them',
}

export const idempotencyChannels: readonly ChannelRule[] = [
  {
    channel: 'base:application:idempotency:run',
    when: 'A key was claimed, and its function is called.',
    fields: [
      key,
      label('takeover', 'base.takeover', 'Whether the lease of a run before had ended'),
      detail('fence', 'base.fence', 'Above that of every earlier run of this key'),
    ],
    attributes: { 'base.result': 'run' },
    metric: REQUESTS,
    log: { message: 'idempotency key claimed', level: 'trace' },
    span: 'event',
  },
  {
    channel: 'base:application:idempotency:replay',
    when: 'An outcome that was kept was given again.',
    fields: [key],
    attributes: { 'base.result': 'replay' },
    metric: REQUESTS,
    log: { message: 'outcome given again', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:application:idempotency:inProgress',
    when: 'A request was refused, as the same one is running.',
    fields: [key],
    attributes: { 'base.result': 'in_progress' },
    metric: REQUESTS,
    log: { message: 'the same request is running', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:application:idempotency:mismatch',
    when: 'A request was refused, as its key belongs to another.',
    fields: [key],
    attributes: { 'base.result': 'mismatch' },
    metric: REQUESTS,
    log: { message: 'idempotency key belongs to another request', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:application:idempotency:lost',
    when: 'A run has lost its lease: another may run beside it.',
    fields: [key],
    metric: { name: 'base.idempotency.lost_leases', unit: '{lease}', description: 'Leases that runs lost' },
    log: { message: 'run lost its lease', level: 'warn' },
    span: 'event',
  },
  {
    channel: 'base:application:idempotency:storeFailed',
    when: 'The store of idempotency keys failed. One for each attempt.',
    fields: [
      key,
      label('operation', 'base.operation', 'What the store was asked for', {
        values: ['claim', 'renew', 'complete', 'release'],
      }),
      thrown(),
    ],
    metric: {
      name: 'base.idempotency.store_failures',
      unit: '{failure}',
      description: 'Failures of the stores of idempotency keys',
    },
    log: { message: 'store of idempotency keys failed', level: 'warn' },
    span: 'event',
  },
]

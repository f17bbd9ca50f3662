import type { ChannelRule } from '../channel-rule.js'
import { detail, hidden, label, thrown, toSeconds } from '../field-rule.js'
import { breakerLabel, hostName } from '../host-names.js'
import { polled, type SourceRule, states } from '../source-rule.js'

const STATES = ['closed', 'open', 'half_open', 'isolated', 'disabled'] as const
const WAITS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const name = label('name', 'base.name', 'The name of the policy')
const breaker = [
  label(
    'name',
    'base.name',
    'The name of the policy; of hosts beyond 200 that of their client, or `_OTHER`',
    {
      shape: breakerLabel,
    },
  ),
  detail('host', 'server.address', 'The host, where the breaker is one of `resilientFetch`', hostName),
]
const value = hidden('value', 'What your function returned')
const key = hidden('key', 'Whom it is about: an address, a customer, a credential')

const circuitBreaker: readonly ChannelRule[] = [
  {
    channel: 'base:resilience:circuit-breaker:stateChange',
    when: 'A circuit is in another state.',
    fields: [
      ...breaker,
      label('to', 'base.state', 'The state that has begun', { values: STATES }),
      detail('from', 'base.state.previous', 'The state that has ended'),
      label('reason', 'base.reason', 'Why', {
        values: [
          'failures',
          'slow_calls',
          'pause_over',
          'probe_failed',
          'probe_timeout',
          'probes_succeeded',
          'isolate',
          'release',
          'disable',
          'close',
        ],
      }),
    ],
    metric: {
      name: 'base.circuit_breaker.transitions',
      unit: '{transition}',
      description: 'Changes of the state of circuits',
    },
    log: {
      message: 'circuit changed its state',
      level: 'info',
      levels: { field: 'to', by: { open: 'warn', isolated: 'warn', disabled: 'warn' } },
    },
    span: 'event',
  },
  {
    channel: 'base:resilience:circuit-breaker:rejected',
    when: 'A circuit that is not closed refused a call.',
    fields: [
      ...breaker,
      label('error.details.state', 'base.state', 'The state that it was in', { values: STATES }),
      detail('error.retryAfter', 'base.retry_after', 'Seconds until a probe is due', toSeconds),
    ],
    metric: {
      name: 'base.circuit_breaker.rejections',
      unit: '{call}',
      description: 'Calls that circuits refused',
    },
    log: { message: 'circuit refused a call', level: 'debug' },
    span: 'event',
  },
]

const bulkhead: readonly ChannelRule[] = [
  {
    channel: 'base:resilience:bulkhead:admitted',
    when: 'A call that had to wait got its slot.',
    fields: [name, detail('waited', 'base.wait', 'For how long, in seconds', toSeconds)],
    metric: {
      name: 'base.bulkhead.wait.duration',
      unit: 's',
      description: 'How long calls waited for a slot of a bulkhead, of those that waited and got one',
      duration: 'waited',
      buckets: WAITS,
    },
    log: { message: 'call waited for a slot', level: 'trace' },
    span: 'event',
  },
  {
    channel: 'base:resilience:bulkhead:rejected',
    when: 'A bulkhead refused a call.',
    fields: [
      name,
      label('error.details.reason', 'base.reason', 'Why', { values: ['queue_full', 'waited_too_long'] }),
    ],
    metric: {
      name: 'base.bulkhead.rejections',
      unit: '{call}',
      description: 'Calls that bulkheads refused',
    },
    log: { message: 'bulkhead refused a call', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:resilience:bulkhead:limitChange',
    when: 'An adaptive bulkhead lets another number of calls run at once.',
    fields: [
      name,
      detail('from', 'base.limit.previous', 'The limit before'),
      detail('to', 'base.limit', 'The limit from now on'),
    ],
    metric: {
      name: 'base.bulkhead.limit_changes',
      unit: '{change}',
      description: 'Changes of the limits of adaptive bulkheads',
    },
    log: { message: 'bulkhead changed its limit', level: 'debug' },
    span: 'none',
  },
]

const rateLimiter: readonly ChannelRule[] = [
  {
    channel: 'base:resilience:rate-limiter:limited',
    when: 'A rate limiter refused a call.',
    fields: [
      name,
      key,
      label('policies', 'base.policy', 'The policies that refused it, by name', { shape: refusing }),
      label('reason', 'base.reason', 'Why', {
        values: ['limited', 'queue_full', 'waited_too_long', 'store_failed'],
      }),
      detail('retryAfter', 'base.retry_after', 'Seconds until it may be allowed', toSeconds),
    ],
    metric: {
      name: 'base.rate_limiter.rejections',
      unit: '{call}',
      description: 'Calls that rate limiters refused',
    },
    log: { message: 'rate limiter refused a call', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:resilience:rate-limiter:admitted',
    when: 'A call that had to wait had its turn.',
    fields: [name, key, detail('waited', 'base.wait', 'For how long, in seconds', toSeconds)],
    metric: {
      name: 'base.rate_limiter.wait.duration',
      unit: 's',
      description: 'How long calls waited for their turn at a rate limiter, of those that waited and had it',
      duration: 'waited',
      buckets: WAITS,
    },
    log: { message: 'call waited for its turn', level: 'trace' },
    span: 'event',
  },
  {
    channel: 'base:resilience:rate-limiter:storeFailed',
    when: 'The store of a rate limiter failed, and `whenStoreFails` answered.',
    fields: [name, thrown()],
    metric: {
      name: 'base.rate_limiter.store_failures',
      unit: '{failure}',
      description: 'Failures of the stores of rate limiters',
    },
    log: { message: 'store of a rate limiter failed', level: 'warn' },
    span: 'event',
  },
]

const others: readonly ChannelRule[] = [
  {
    channel: 'base:resilience:retry:retry',
    when: 'An attempt failed, and after a pause another is due, unless the call is aborted before.',
    fields: [
      name,
      detail('attempt', 'base.attempt', 'The attempt that failed, from 1'),
      detail('pause', 'base.pause', 'The pause before the next, in seconds', toSeconds),
      thrown('What the attempt threw, if it did'),
      value,
    ],
    metric: {
      name: 'base.retry.retries',
      unit: '{attempt}',
      description: 'Failed attempts after which another was due',
    },
    log: { message: 'attempt failed, trying again', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:resilience:retry:gaveUp',
    when: 'An attempt failed, and there is no other.',
    fields: [
      name,
      detail('attempts', 'base.attempts', 'Attempts that were made'),
      label('reason', 'base.reason', 'Why there is no other', {
        values: [
          'max_attempts',
          'not_retryable',
          'max_elapsed',
          'deadline',
          'budget',
          'retry_after',
          'bad_backoff',
        ],
      }),
      thrown('What the last attempt threw, if it did'),
      value,
    ],
    metric: { name: 'base.retry.give_ups', unit: '{call}', description: 'Calls that no retry could save' },
    log: { message: 'attempt failed, giving up', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:resilience:hedge:hedge',
    when: 'A further call is made beside one that has not answered.',
    fields: [
      name,
      detail('hedge', 'base.hedge', 'Which further call it is, from 1'),
      label('reason', 'base.reason', 'Why', { values: ['delay', 'failure'] }),
      thrown('What failed, where that is the reason'),
    ],
    metric: { name: 'base.hedge.hedges', unit: '{call}', description: 'Calls that hedges made' },
    log: { message: 'hedging a call', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:resilience:timeout:timeout',
    when: 'A call took too long.',
    fields: [name, detail('timeout', 'base.timeout', 'The time that it had, in seconds', toSeconds)],
    metric: { name: 'base.timeout.timeouts', unit: '{call}', description: 'Calls that took too long' },
    log: { message: 'call took too long', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:resilience:fallback:fallback',
    when: 'A call failed, and a fallback answers in its place.',
    fields: [name, thrown()],
    metric: {
      name: 'base.fallback.fallbacks',
      unit: '{call}',
      description: 'Calls that fallbacks answered',
    },
    log: { message: 'call failed, fallback answers', level: 'warn' },
    span: 'event',
  },
  {
    channel: 'base:resilience:chaos:fault',
    when: 'A call is disturbed on purpose.',
    fields: [
      name,
      detail('latency', 'base.latency', 'For how long it is held back, in seconds', toSeconds),
      thrown('What it then fails with, if it does'),
    ],
    metric: { name: 'base.chaos.faults', unit: '{call}', description: 'Calls disturbed on purpose' },
    log: { message: 'disturbing a call on purpose', level: 'info' },
    span: 'event',
  },
  {
    channel: 'base:resilience:pipeline:warning',
    when: 'The policies of a pipeline stand in an order that defeats itself.',
    fields: [
      label('code', 'base.code', 'What is wrong', {
        values: ['breaker_outside_retry', 'fallback_inside', 'same_policy_twice'],
      }),
      detail('message', 'base.message', 'What is wrong, and what to do'),
    ],
    metric: {
      name: 'base.pipeline.warnings',
      unit: '{warning}',
      description: 'Orders that defeat themselves',
    },
    log: { message: 'pipeline is in an order that defeats itself', level: 'warn' },
    span: 'none',
    isWarningOtherwise: true,
  },
]

export const resilienceChannels: readonly ChannelRule[] = [
  ...circuitBreaker,
  ...bulkhead,
  ...rateLimiter,
  ...others,
]

const call = (name: string, what: string) => polled('counter', name, '{call}', what, 'calls')

export const resilienceSources: readonly SourceRule[] = [
  {
    source: 'base:resilience:circuit-breaker',
    what: 'Every circuit breaker',
    nameOf: breakerLabel,
    unused: ['rejected', 'openings'],
    metrics: [
      polled(
        'gauge',
        'base.circuit_breaker.state',
        '{breaker}',
        'Breakers by the state that they are in',
        ...states('state', 'base.state', STATES),
      ),
      polled(
        'counter',
        'base.circuit_breaker.calls',
        '{call}',
        'Calls that circuits let pass, by outcome',
        { field: 'successes', attributes: { 'base.outcome': 'success' } },
        { field: 'failures', attributes: { 'base.outcome': 'failure' } },
        { field: 'ignored', attributes: { 'base.outcome': 'ignored' } },
        { field: 'late', attributes: { 'base.outcome': 'late' } },
      ),
      polled('counter', 'base.circuit_breaker.slow_calls', '{call}', 'Calls that were slow', 'slow'),
    ],
  },
  {
    source: 'base:resilience:bulkhead',
    what: 'Every bulkhead, adaptive ones too',
    unused: ['rejected'],
    metrics: [
      call('base.bulkhead.calls', 'Calls that got a slot'),
      polled('gauge', 'base.bulkhead.running', '{call}', 'Slots that are taken', 'running'),
      polled('gauge', 'base.bulkhead.queued', '{call}', 'Calls that wait for a slot', 'queued'),
      polled('gauge', 'base.bulkhead.limit', '{call}', 'Calls that may run at once', 'limit'),
    ],
  },
  {
    source: 'base:resilience:rate-limiter',
    what: 'Every rate limiter',
    unused: ['limited', 'storeFailures'],
    metrics: [
      polled('counter', 'base.rate_limiter.allowed', '{call}', 'Calls that rate limiters allowed', 'allowed'),
      polled('gauge', 'base.rate_limiter.queued', '{call}', 'Calls that wait for their turn', 'queued'),
    ],
  },
  {
    source: 'base:resilience:retry',
    what: 'Every retry',
    unused: ['retries', 'gaveUp'],
    metrics: [call('base.retry.calls', 'Calls that began in a retry')],
  },
  {
    source: 'base:resilience:hedge',
    what: 'Every hedge',
    unused: ['hedges'],
    metrics: [
      call('base.hedge.calls', 'Calls that began in a hedge'),
      polled('counter', 'base.hedge.wins', '{call}', 'Calls that were answered by a hedge', 'wins'),
    ],
  },
  {
    source: 'base:resilience:timeout',
    what: 'Every timeout',
    unused: ['timeouts'],
    metrics: [call('base.timeout.calls', 'Calls that began in a timeout')],
  },
  {
    source: 'base:resilience:fallback',
    what: 'Every fallback',
    unused: ['fallbacks'],
    metrics: [call('base.fallback.calls', 'Calls that began in a fallback')],
  },
  {
    source: 'base:resilience:chaos',
    what: 'Every chaos policy',
    unused: ['faults'],
    metrics: [call('base.chaos.calls', 'Calls that began in a chaos policy')],
  },
]

/** Names, in the order in which the limiter has them, so that they are few. */
function refusing(policies: unknown): unknown {
  if (!Array.isArray(policies)) return undefined
  return policies
    .filter((policy) => policy?.retryAfter !== 0)
    .map((policy) => String(policy?.name))
    .join()
}

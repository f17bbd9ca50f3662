import type { ChannelRule } from '../channel-rule.js'
import { detail, label, thrown } from '../field-rule.js'
import { polled, type SourceRule, states } from '../source-rule.js'

const STATUSES = ['pass', 'warn', 'fail'] as const

export const healthChannels: readonly ChannelRule[] = [
  {
    channel: 'base:observability:health:change',
    when: 'A check says something else than before, or first says something that is not `pass`.',
    fields: [
      label('name', 'base.name', 'The name of the check'),
      label('status', 'base.status', 'What it says, or `warn` where one fails that is not critical', {
        values: STATUSES,
      }),
      detail('previous', 'base.status.previous', 'What it said before, if anything'),
      thrown('What the check threw, if it did'),
    ],
    metric: {
      name: 'base.health.changes',
      unit: '{change}',
      description: 'Changes of what health checks say',
    },
    log: {
      message: 'health check says something else',
      level: 'error',
      levels: { field: 'status', by: { pass: 'info', warn: 'warn' } },
    },
    span: 'none',
  },
]

export const healthSources: readonly SourceRule[] = [
  {
    source: 'base:observability:health',
    what: 'Every health check that has run',
    unused: [],
    metrics: [
      polled(
        'gauge',
        'base.health.status',
        '{check}',
        'Health checks by what they said last, or `warn` of one that fails and is not critical',
        ...states('status', 'base.status', STATUSES),
      ),
    ],
  },
]

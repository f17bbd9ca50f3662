import type { ChannelRule } from '../channel-rule.js'
import { detail, label, toSeconds } from '../field-rule.js'

/** Named by the conventions of OpenTelemetry for databases. */
export const drizzleChannels: readonly ChannelRule[] = [
  {
    channel: 'base:drizzle:query:slow',
    when: 'A statement of a repository took 100 ms or longer.',
    fields: [
      label('table', 'db.collection.name', 'The table that the repository keeps'),
      label('operation', 'db.operation.name', 'The method of the repository'),
      detail('sql', 'db.query.text', 'The statement, with placeholders for its values'),
      detail('duration', 'base.duration', 'How long it took, in seconds', toSeconds),
    ],
    attributes: { 'db.system.name': 'postgresql' },
    metric: {
      name: 'base.query.slow.duration',
      unit: 's',
      description: 'How long statements took, of those that were slow',
      duration: 'duration',
      buckets: [0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30],
    },
    log: { message: 'statement was slow', level: 'warn' },
    span: { named: ['operation', 'table'], duration: 'duration' },
  },
]

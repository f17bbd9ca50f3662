import type { ChannelRule } from '../channel-rule.js'
import { detail, label, thrown, toSeconds } from '../field-rule.js'

const POSTGRESQL = { 'db.system.name': 'postgresql' }

/** Named by the conventions of OpenTelemetry for databases. */
export const drizzleChannels: readonly ChannelRule[] = [
  {
    channel: 'base:drizzle:query:end',
    when: 'A statement was answered, of whatever works with a database that was given to this package.',
    fields: [
      label('operation', 'db.operation.name', 'The first word of the statement'),
      label('table', 'db.collection.name', 'The table, where it is one alone'),
      label('state', 'db.response.status_code', 'The SQLSTATE of a statement that was refused'),
      thrown('What it failed with, without a value of a row or a parameter'),
      detail('summary', 'db.query.summary', 'What was done to which tables'),
      detail('sql', 'db.query.text', 'The statement, with placeholders for all values'),
      detail('rows', 'db.response.returned_rows', 'How many rows it gave'),
      detail('duration', 'base.duration', 'How long it took, in seconds', toSeconds),
    ],
    attributes: POSTGRESQL,
    metric: {
      name: 'db.client.operation.duration',
      unit: 's',
      description: 'How long statements took',
      duration: 'duration',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    },
    log: { message: 'statement ended', level: 'debug' },
    span: { named: 'summary', duration: 'duration' },
  },
  {
    channel: 'base:drizzle:query:slow',
    when: 'A statement of a repository took 100 ms or longer.',
    fields: [
      label('table', 'db.collection.name', 'The table that the repository keeps'),
      label('operation', 'db.operation.name', 'The method of the repository'),
      detail('sql', 'db.query.text', 'The statement, with placeholders for its values'),
      detail('duration', 'base.duration', 'How long it took, in seconds', toSeconds),
    ],
    attributes: POSTGRESQL,
    metric: {
      name: 'base.query.slow.duration',
      unit: 's',
      description: 'How long statements took, of those that were slow',
      duration: 'duration',
      buckets: [0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30],
    },
    log: { message: 'statement was slow', level: 'warn' },
    // Its span is that of the statement itself.
    span: 'event',
  },
]

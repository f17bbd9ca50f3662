import type { ChannelRule } from '../channel-rule.js'
import { hidden, label, thrown } from '../field-rule.js'
import { polled, type SourceRule } from '../source-rule.js'

const key = hidden('key', 'Whom it is about, often')
const namespace = hidden('namespace', 'As many as there are tenants')
const REQUESTS = {
  name: 'base.cache.requests',
  unit: '{request}',
  description: 'Reads of caches, by what they found',
}

export const cacheChannels: readonly ChannelRule[] = [
  {
    channel: 'base:cache:cache:hit',
    when: 'A fresh value was found.',
    fields: [key, namespace],
    attributes: { 'base.result': 'hit' },
    metric: REQUESTS,
    log: { message: 'cache hit', level: 'trace' },
    span: 'none',
  },
  {
    channel: 'base:cache:cache:miss',
    when: 'No fresh value was found, and no stale one served.',
    fields: [key, namespace],
    attributes: { 'base.result': 'miss' },
    metric: REQUESTS,
    log: { message: 'cache miss', level: 'trace' },
    span: 'event',
  },
  {
    channel: 'base:cache:cache:stale',
    when: 'A value past its time was served.',
    fields: [key, namespace],
    attributes: { 'base.result': 'stale' },
    metric: REQUESTS,
    log: { message: 'cache served a stale value', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:cache:cache:set',
    when: 'A value was written, by `set` or by a load.',
    fields: [key, namespace],
    metric: { name: 'base.cache.sets', unit: '{entry}', description: 'Values written to caches' },
    log: { message: 'cache set', level: 'trace' },
    span: 'none',
  },
  {
    channel: 'base:cache:cache:delete',
    when: 'A key was deleted by name.',
    fields: [key, namespace],
    metric: { name: 'base.cache.deletes', unit: '{entry}', description: 'Keys deleted from caches by name' },
    log: { message: 'cache delete', level: 'trace' },
    span: 'none',
  },
  {
    channel: 'base:cache:cache:evict',
    when: 'The memory layer had no room for an entry any more.',
    fields: [key, namespace],
    metric: {
      name: 'base.cache.evictions',
      unit: '{entry}',
      description: 'Entries that memory layers had no room for',
    },
    log: { message: 'cache evict', level: 'trace' },
    span: 'none',
  },
  {
    channel: 'base:cache:cache:error',
    when: 'Something failed: a loader, of which those who wait for it hear as well, or what no caller hears of.',
    fields: [
      label('source', 'base.source', 'What failed', { values: ['loader', 'layer', 'bus', 'lock', 'codec'] }),
      thrown(),
      key,
    ],
    metric: { name: 'base.cache.errors', unit: '{error}', description: 'Failures within caches' },
    // Whether a loader's failure reached a caller, or an old value was served instead, no message tells.
    log: {
      message: 'failure within a cache',
      level: 'warn',
      levels: { field: 'source', by: { loader: 'info' } },
    },
    span: 'event',
  },
]

export const cacheSources: readonly SourceRule[] = [
  {
    source: 'base:cache:cache',
    what: 'Every cache, its namespaces together',
    unused: ['hits', 'misses', 'stale', 'sets', 'deletes', 'evictions'],
    metrics: [
      polled('counter', 'base.cache.loads', '{load}', 'Calls of loaders', 'loads'),
      polled('counter', 'base.cache.load_failures', '{load}', 'Calls of loaders that failed', 'loadFailures'),
      polled('gauge', 'base.cache.entries', '{entry}', 'Entries in memory layers', 'entries'),
      polled('gauge', 'base.cache.size', 'By', 'About what they take, where bytes are limited', 'bytes'),
    ],
  },
]

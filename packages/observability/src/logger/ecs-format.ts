import { ecsFields, ecsObjects } from './ecs-fields.js'
import { isoTimes } from './iso-time.js'
import { type LineFormat, namesOf, type ServiceIdentity } from './line-format.js'

/** The version of the Elastic Common Schema whose names are used. */
const ECS_VERSION = '9.2.0'

/**
 * The layout of ECS logging: `@timestamp`, `log.level`, `message`, `ecs.version`, then the rest under dotted names.
 *
 * @see https://www.elastic.co/docs/reference/ecs/logging/intro
 */
export function ecsFormat(service: ServiceIdentity, isLeveled: boolean): LineFormat {
  const { name, version, environment } = service
  const base = {
    'service.name': name,
    'service.version': version,
    'service.environment': environment,
    'event.dataset': name,
    'process.pid': process.pid,
    'host.hostname': process.getBuiltinModule('node:os').hostname(),
  }
  const iso = isoTimes()
  return {
    messageKey: 'message',
    base,
    reserved: new Set([
      ...['@timestamp', 'log.level', 'message', 'ecs.version', ...namesOf(base)],
      ...(isLeveled ? ['level'] : []),
    ]),
    ids: {
      correlationId: 'labels.correlation_id',
      tenantId: 'labels.tenant_id',
      traceId: 'trace.id',
      spanId: 'span.id',
    },
    renamed: ecsFields,
    objects: ecsObjects,
    textOnly: true,
    level: (label) => `","log.level":${JSON.stringify(label)},`,
    line: (level, time, message, fields) =>
      `{"@timestamp":"${iso(time)}${level}${message === undefined ? '' : `"message":${message},`}"ecs.version":"${ECS_VERSION}"${fields}}\n`,
    leveled: (line, value) => `${line.slice(0, -2)},"level":${value}}\n`,
  }
}

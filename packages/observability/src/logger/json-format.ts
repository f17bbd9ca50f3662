import { type LineFormat, namesOf, type ServiceIdentity } from './line-format.js'

const OWN_LEVEL = /^\{"level":([^,]+)/

/** The layout of pino: level as a number, time in milliseconds since 1970, the message last. */
export function jsonFormat(service: ServiceIdentity, isLeveled: boolean): LineFormat {
  const { name, version, environment } = service
  const hostname = process.getBuiltinModule('node:os').hostname()
  const base = { pid: process.pid, hostname, service: name, version, environment }
  return {
    messageKey: 'msg',
    base,
    reserved: new Set(['level', 'time', 'msg', ...namesOf(base), ...(isLeveled ? ['ownLevel'] : [])]),
    ids: {
      correlationId: 'correlationId',
      tenantId: 'tenantId',
      traceId: 'trace_id',
      spanId: 'span_id',
      traceFlags: 'trace_flags',
    },
    renamed: new Map(),
    objects: new Set(),
    textOnly: false,
    level: (_, value) => `{"level":${value},"time":`,
    line: (level, time, message, fields) =>
      message === undefined ? `${level}${time}${fields}}\n` : `${level}${time}${fields},"msg":${message}}\n`,
    leveled: (line, value) =>
      line.replace(OWN_LEVEL, (same, own) => (own < value ? `{"level":${value},"ownLevel":${own}` : same)),
  }
}

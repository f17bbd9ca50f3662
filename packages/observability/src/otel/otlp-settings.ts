import { type Duration, toMilliseconds } from '@base/core/duration'
import type { Target } from '../http/post.js'
import { checkHeaders, checkUrl, isHeader } from '../http/target.js'
import type { OtlpOptions } from './open-telemetry-options.js'

/** Where and how a signal is sent. */
export interface OtlpSettings extends Target {
  /** In milliseconds. */
  readonly timeout: number
}

export type Environment = Readonly<Record<string, string | undefined>>

export const PLACE = { package: '@base/observability', pattern: 'startOpenTelemetry' }

/** The settings of a signal: the options, else the environment's for the signal, else its for all. */
export function otlpSettings(
  options: OtlpOptions,
  signal: 'traces' | 'metrics',
  environment: Environment,
): OtlpSettings {
  const own = (name: string) => environment[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`]?.trim()
  const general = (name: string) => environment[`OTEL_EXPORTER_OTLP_${name}`]?.trim()
  const headers = options.headers ?? readHeaders(own('HEADERS') || general('HEADERS') || '')
  checkHeaders(headers, { ...PLACE, option: 'otlp.headers' })
  return {
    url: endpointOf(options.endpoint, own('ENDPOINT'), general('ENDPOINT'), signal),
    headers: { ...headers, 'content-type': 'application/x-protobuf' },
    timeout: timeoutOf(options.timeout, own('TIMEOUT') || general('TIMEOUT')),
  }
}

/** The environment's for a signal is the whole address; the others get a path. */
function endpointOf(
  option: string | undefined,
  own: string | undefined,
  general: string | undefined,
  signal: string,
): URL {
  if (option === undefined && own) return addressOf(own)
  const base = addressOf(option ?? (general || 'http://localhost:4318'))
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/v1/${signal}`
  return base
}

function addressOf(text: unknown): URL {
  return checkUrl(text, { ...PLACE, option: 'otlp.endpoint' })
}

function timeoutOf(option: Duration | undefined, variable: string | undefined): number {
  const named = Number(variable)
  const timeout = option ?? (variable && named > 0 && Number.isSafeInteger(named) ? named : '10s')
  return toMilliseconds(timeout, { ...PLACE, option: 'otlp.timeout', positive: true })
}

/** `key=value,key=value`, percent-encoded; a pair that is no header is left out. */
function readHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(equals, 0)).trim()
    const value = decode(pair.slice(equals + 1).trim())
    return isHeader(name, value) ? [[name.toLowerCase(), value]] : []
  })
  return Object.fromEntries(pairs)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

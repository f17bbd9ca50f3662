import type { Component } from '@base/core/lifecycle'
import { instrument } from '@base/observability/instrument'
import { createLogger, type Logger } from '@base/observability/logger'
import manifest from '../package.json' with { type: 'json' }
import type { Config } from './config.ts'

/** Who hears what the service does. */
export interface Telemetry {
  readonly logger: Logger
}

/** The log, on the standard output. */
export function createTelemetry({ logLevel }: Config): Telemetry {
  const { name, version } = manifest
  return { logger: createLogger({ service: { name, version }, level: logLevel }) }
}

/** Logs what the blocks do while the service runs. */
export function telemetryPart({ logger }: Telemetry): Component {
  let stop = () => {}
  return {
    name: 'telemetry',
    start: () => {
      stop = instrument({ logger })
    },
    stop: () => stop(),
  }
}

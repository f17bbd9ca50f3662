import { UnsupportedError } from '@base/core/errors'

/** The packages of OpenTelemetry that are needed beside this one. */
export interface Peers {
  readonly trace: typeof import('@opentelemetry/sdk-trace')
  readonly metrics: typeof import('@opentelemetry/sdk-metrics')
  readonly resources: typeof import('@opentelemetry/resources')
  readonly otlp: typeof import('@opentelemetry/otlp-transformer')
}

/**
 * Loads them.
 *
 * @throws UnsupportedError naming the command that installs them.
 */
export async function loadPeers(): Promise<Peers> {
  try {
    const [trace, metrics, resources, otlp] = await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/otlp-transformer'),
    ])
    return { trace, metrics, resources, otlp }
  } catch (cause) {
    const names = ['sdk-trace', 'sdk-metrics', 'resources', 'otlp-transformer'].map(
      (name) => `@opentelemetry/${name}`,
    )
    const message = `startOpenTelemetry needs packages: npm install ${names.join(' ')}`
    throw new UnsupportedError({ message, cause })
  }
}

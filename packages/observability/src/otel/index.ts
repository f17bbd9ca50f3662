export type { OpenTelemetryOptions, OtlpOptions, ServiceOptions } from './open-telemetry-options.js'
export { type OpenTelemetry, startOpenTelemetry } from './start-open-telemetry.js'

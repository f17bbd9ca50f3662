export { instrument } from './instrument.js'
export type { InstrumentationLogger, InstrumentationOptions } from './instrumentation-options.js'

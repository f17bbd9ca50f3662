import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api'
import { guarded } from './guarded.js'

/** The name under which this package's spans come. */
const SCOPE = '@base/observability'

/** The provider that the API hands out; it stands for the one of an SDK, once there is one. */
interface Provider extends TracerProvider {
  getDelegate?(): TracerProvider
  getDelegateTracer?(name: string): Tracer | undefined
}

let known: TracerProvider | undefined
let tracer: Tracer | undefined

/** The tracer of the SDK that is registered now; none without one, at the cost of two look-ups. */
export function sdkTracer(): Tracer | undefined {
  const provider: Provider = trace.getTracerProvider()
  const sdk = provider.getDelegate?.() ?? provider
  if (sdk === known) return tracer
  tracer = guarded('getTracer', () =>
    provider.getDelegateTracer === undefined ? provider.getTracer(SCOPE) : provider.getDelegateTracer(SCOPE),
  )
  known = sdk
  return tracer
}

import type { CallContext } from '../policy/call-context.js'
import { callFunction, type Engine, type Next } from '../policy/engine.js'

/** Policies one inside the other, composed once. */
export class PipelineEngine implements Engine {
  readonly kind = 'pipeline'
  /** The outermost first; none is a pipeline itself. */
  readonly engines: readonly Engine[]
  readonly #call: Next

  constructor(engines: readonly Engine[]) {
    this.engines = engines.flatMap((engine) => (engine instanceof PipelineEngine ? engine.engines : [engine]))
    this.#call = compose(this.engines, callFunction)
  }

  run(next: Next, ctx: CallContext): unknown {
    return next === callFunction ? this.#call(ctx) : compose(this.engines, next)(ctx)
  }
}

function compose(engines: readonly Engine[], innermost: Next): Next {
  return engines.reduceRight<Next>((next, engine) => (ctx) => engine.run(next, ctx), innermost)
}

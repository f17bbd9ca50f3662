import type { TextMapPropagator } from '@opentelemetry/api'

/** All of these, in order. */
export function compositePropagator(propagators: readonly TextMapPropagator[]): TextMapPropagator {
  return {
    inject(context, carrier, setter) {
      for (const propagator of propagators) propagator.inject(context, carrier, setter)
    },
    extract: (context, carrier, getter) =>
      propagators.reduce((active, propagator) => propagator.extract(active, carrier, getter), context),
    fields: () => propagators.flatMap((propagator) => propagator.fields()),
  }
}

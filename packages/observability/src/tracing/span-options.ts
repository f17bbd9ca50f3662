import { checkFunction, checkSignal, checkText, invalidOption } from '@base/core/options'
import { type Attributes, SpanKind } from '@opentelemetry/api'

/** What a span is in a conversation between services: one of OpenTelemetry's kinds, or its name. */
export type SpanKindOption = SpanKind | 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** Options of {@link withSpan}. */
export interface SpanOptions {
  /** The name of the span: what is done, never to whom, so that there are few of them. */
  readonly name: string
  /** What it is in a conversation between services. @defaultValue 'internal' */
  readonly kind?: SpanKindOption | undefined
  /** What the span says from its start, for samplers too. @defaultValue none */
  readonly attributes?: Attributes | undefined
  /** The signal of whoever calls: that he gave up is no error of the span. @defaultValue none */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link traced}. */
export interface TracedOptions<F extends (...args: never[]) => unknown> {
  /** The name of the span: what is done, never to whom, so that there are few of them. */
  readonly name: string
  /** What it is in a conversation between services. @defaultValue 'internal' */
  readonly kind?: SpanKindOption | undefined
  /**
   * What the span says from its start, for samplers too; or a function of the call's arguments. Where the function
   * throws, the span says nothing and the call goes on. @defaultValue none
   */
  readonly attributes?: Attributes | ((...args: Parameters<F>) => Attributes | undefined) | undefined
  /**
   * What the span says of the value that the call gave or its promise came to; never asked for a stream. Where it throws,
   * the span says nothing and the call goes on. @defaultValue nothing is recorded, for a value may be a secret
   */
  readonly recordResult?: ((value: Awaited<ReturnType<F>>) => Attributes | undefined) | undefined
}

export interface SpanSettings {
  readonly name: string
  /** What each span starts with. */
  readonly start: { readonly kind: SpanKind; readonly attributes?: Attributes }
  readonly attributesOf: ((...args: unknown[]) => Attributes | undefined) | undefined
  readonly recordResult: ((value: unknown) => Attributes | undefined) | undefined
  readonly signal: AbortSignal | undefined
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

export function checkSpanOptions(given: unknown, pattern: 'traced' | 'withSpan'): SpanSettings {
  const options = (typeof given === 'object' && given !== null ? given : { name: given }) as {
    readonly [name: string]: unknown
  }
  const where = (option: string) => ({ package: '@base/observability', pattern, option })
  const { attributes, recordResult, signal } = options
  const name = checkText(options['name'], where('name'))
  if (attributes !== undefined && !isAttributes(attributes, pattern))
    throw invalidOption(attributes, where('attributes'), 'an object of attributes')
  const kind = kindOf(options['kind'], where('kind'))
  return {
    name,
    start: typeof attributes === 'object' ? { kind, attributes: { ...attributes } } : { kind },
    attributesOf: typeof attributes === 'function' ? (attributes as SpanSettings['attributesOf']) : undefined,
    recordResult:
      recordResult === undefined
        ? undefined
        : checkFunction(recordResult as SpanSettings['recordResult'], where('recordResult')),
    signal: checkSignal(signal, where('signal')),
  }
}

function isAttributes(value: unknown, pattern: string): value is object {
  if (typeof value === 'function') return pattern === 'traced'
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(kind: unknown, place: { package: string; pattern: string; option: string }): SpanKind {
  if (kind === undefined) return SpanKind.INTERNAL
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return KINDS[kind] as SpanKind
  if (Object.values(KINDS).includes(kind as SpanKind)) return kind as SpanKind
  throw invalidOption(kind, place, `a SpanKind, or one of ${Object.keys(KINDS).join(', ')}`)
}

/** The events of a {@link Fallback}, and what comes with each. */
export interface FallbackEvents {
  /** A call failed with this error, and the fallback answers in its place. */
  readonly fallback: { readonly name: string; readonly error: unknown }
}

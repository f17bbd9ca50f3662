/** Where a block tells of what happens in it; nobody has to listen. */
export interface DiagnosticsChannel<in Payload extends object = object> {
  /** Whether anyone listens: ask before a payload is built. */
  readonly hasSubscribers: boolean
  /** Tells the subscribers, synchronously. Node reports one that throws as an uncaught exception; it never throws here. */
  publish(payload: Payload): void
}

const SILENT: DiagnosticsChannel = { hasSubscribers: false, publish() {} }

/**
 * The channel of `node:diagnostics_channel` with that name, `base:<package>:<pattern>:<event>`; one without subscribers
 * where the runtime has no such module (a browser, some workers). Make it once, at the top of a file.
 *
 * @example
 * const rejected = diagnosticsChannel<{ name: string }>('base:my-service:uploads:rejected')
 * if (rejected.hasSubscribers) rejected.publish({ name: 'avatars' })
 */
export function diagnosticsChannel<Payload extends object = object>(
  name: `base:${string}:${string}:${string}`,
): DiagnosticsChannel<Payload> {
  const channels = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')
  return channels === undefined ? SILENT : channels.channel(name)
}

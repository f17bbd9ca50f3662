import { checkOptions, checkSignal, type OptionPlace } from '@base/core/options'

/** The signal of a call's options. @throws InvalidOptionError for what are none, or is none; its reason where it has aborted. */
export function signalOf(
  options: { readonly signal?: AbortSignal | undefined },
  place: (option: string) => OptionPlace,
): AbortSignal | undefined {
  const signal = checkSignal(checkOptions(options, place('options')).signal, place('signal'))
  signal?.throwIfAborted()
  return signal
}

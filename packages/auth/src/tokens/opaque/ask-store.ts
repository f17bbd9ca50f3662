import { UnavailableError } from '@base/core/errors'

/** What a store answers. Where it fails nobody knows, and the call fails: an {@link UnavailableError}, so that it is tried again. */
export async function askStore<T>(name: string, ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw new UnavailableError({ message: `The ${name} store failed.`, cause })
  }
}

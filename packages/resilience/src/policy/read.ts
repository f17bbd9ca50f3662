/**
 * What can be read of a value that somebody threw or returned; `otherwise` where that throws, as a getter of it or a Proxy
 * may: it must come out as it is, and not be lost for what it hides.
 */
export function read<T>(reading: () => T, otherwise: T): T {
  try {
    return reading()
  } catch {
    return otherwise
  }
}

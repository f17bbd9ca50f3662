import type { LogLevel } from './channel-rule.js'
import type { InstrumentationLogger } from './instrumentation-options.js'

/** A line as it was written. */
export type Line = Record<string, unknown> & { readonly level: LogLevel; readonly message: string }

/** A logger that keeps its lines. */
export function linesOf(): { readonly logger: InstrumentationLogger; readonly lines: Line[] } {
  const lines: Line[] = []
  const at = (level: LogLevel) => (fields: object, message: string) => {
    lines.push({ level, message, ...fields })
  }
  return {
    lines,
    logger: {
      trace: at('trace'),
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
    },
  }
}

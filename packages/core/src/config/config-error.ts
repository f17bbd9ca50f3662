import { ValidationError } from '../errors/validation-error.js'
import type { ValidationIssue } from '../errors/validation-issue.js'

/**
 * The configuration cannot be used: every problem at once, each named by its variable, none with a value; the keys of a
 * JSON object are names too, and are shown. Code `CONFIG`, kind `invalid`. An issue's code is `missing`, `invalid`, `unknown` or `unreadable`. One that is of no variable, such as
 * a rule between several or code of the schema that threw, has the path `''`.
 *
 * @example
 * try {
 *   await loadConfig(schema)
 * } catch (error) {
 *   if (!isAppError(error, 'CONFIG')) throw error
 *   console.error(error.message)
 *   process.exit(1)
 * }
 */
export class ConfigError extends ValidationError {
  constructor(issues: readonly ValidationIssue[]) {
    const lines = issues.map(({ path, message }) => `\n  ${path === '' ? '' : `${path}: `}${message}`)
    super({ code: 'CONFIG', message: `The configuration is not valid:${lines.join('')}`, issues })
  }
}

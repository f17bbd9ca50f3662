import { checkOptions, checkText, invalidOption } from '../options/options.js'

/** How settings are named in the environment. */
export interface Naming {
  readonly prefix: string
  readonly delimiter: string
}

/** The options that name settings, checked. */
export function checkNaming(
  options: { readonly prefix?: string | undefined; readonly delimiter?: string | undefined },
  pattern: string,
): Naming {
  const place = (option: string) => ({ package: '@base/core', pattern, option })
  const { prefix = '', delimiter = '__' } = checkOptions(options, place('options'))
  if (typeof prefix !== 'string') throw invalidOption(prefix, place('prefix'), 'a text')
  return { prefix, delimiter: checkText(delimiter, place('delimiter')) }
}

/** The variable of a key: `['database', 'poolSize']` → `DATABASE__POOL_SIZE`, after the prefix. */
export function variableOf(path: readonly string[], { prefix, delimiter }: Naming): string {
  return prefix + path.map(upperSnake).join(delimiter)
}

/** `poolSize` → `POOL_SIZE`, `apiURL` → `API_URL`, `pool-size` → `POOL_SIZE`. */
export function upperSnake(key: string): string {
  return key
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z\d]+/g, '_')
    .toUpperCase()
}

/** `POOL_SIZE` → `poolSize`: the key of a variable where no schema names it. */
export function camelCase(text: string): string {
  return text.toLowerCase().replace(/(?<=[a-z\d])_+([a-z\d])/g, (_, letter: string) => letter.toUpperCase())
}

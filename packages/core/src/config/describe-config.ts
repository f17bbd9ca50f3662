import { SECRET, toPublicText } from '../errors/public-text.js'
import { invalidOption } from '../options/options.js'
import type { StandardJSONSchemaV1 } from '../schema/standard-schema.js'
import { checkNaming, type Naming, variableOf } from './names.js'
import { quoted } from './quoted.js'
import { cannotDescribe, readShape } from './read-shape.js'
import { asSchema, type JsonSchema, type Shape } from './shape.js'

/** Options of {@link describeConfig}: as given to loadConfig. */
export interface DescribeConfigOptions {
  /** What the variables begin with. @defaultValue '' */
  readonly prefix?: string | undefined
  /** What stands between a group and a key. @defaultValue '__' */
  readonly delimiter?: string | undefined
}

/** A schema's variables, written down. */
export interface ConfigDescription {
  /** A `.env.example`: what must be set, and commented out what has a default or may be left out. */
  readonly envExample: string
  /** A Markdown table. */
  readonly markdown: string
}

/** One variable. */
interface Row {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly preset: string | undefined
  readonly description: string
}

/**
 * Writes down what a schema wants from the environment: each variable with its type or what is allowed, whether it must
 * be set, its default, its description. Of a default behind a transform, as that of `z.stringbool()`, what comes out is told,
 * where it is a text, a number or a switch. A default is left out by `format: 'password'` or `writeOnly` in the schema's
 * metadata; by a name with password, passphrase, secret, token, key or credential in it, or that ends in pepper,
 * authorization, pin, otp, jwt, cookie, dsn or connectionString; and by its form: a URL with a password, also one among
 * its parameters, `password=…` and the like within a text, a private key as PEM, `Bearer …`, a JWT.
 *
 * @example
 * const schema = z.object({ port: z.coerce.number().default(3000).describe('Where to listen.') })
 * describeConfig(schema).envExample
 * // # Where to listen. (number)
 * // # PORT=3000
 *
 * @throws UnsupportedError naming the schema's library where it cannot describe itself; InvalidOptionError naming the
 * option.
 */
export function describeConfig(
  schema: StandardJSONSchemaV1,
  options: DescribeConfigOptions = {},
): ConfigDescription {
  const naming = checkNaming(options, 'describeConfig')
  if (schema?.['~standard'] === undefined)
    throw invalidOption(
      schema,
      { package: '@base/core', pattern: 'describeConfig', option: 'schema' },
      'a schema',
    )
  const shape = readShape(schema)
  if (shape === undefined) throw cannotDescribe('describeConfig', schema)
  const rows = [...rowsOf(shape, readShape(schema, 'output'), true, [], naming)]
  const line = ({ name, type, required, preset, description }: Row) =>
    `| ${[`\`${name}\``, type, required ? 'yes' : 'no', preset && `\`${preset}\``, description].map(cell).join(' | ')} |`
  return {
    envExample: `${rows.map(exampleOf).join('\n\n')}\n`,
    markdown: [
      '| Variable | Type | Required | Default | Description |',
      '| --- | --- | --- | --- | --- |',
      ...rows.map(line),
      '',
    ].join('\n'),
  }
}

/** A row for each variable, in the schema's order; what is in a group that may be left out is not required. */
function* rowsOf(
  shape: Shape,
  given: Shape | undefined,
  isNeeded: boolean,
  above: readonly string[],
  naming: Naming,
): Generator<Row> {
  for (const [key, inner] of shape.keys) {
    const path = [...above, key]
    const required = isNeeded && shape.required.has(key)
    const out = given?.keys.get(key)
    if (inner.keys.size > 0) yield* rowsOf(inner, out, required, path, naming)
    else yield rowOf(inner, out, required, variableOf(path, naming))
  }
}

function rowOf(shape: Shape, given: Shape | undefined, required: boolean, name: string): Row {
  const { kind, schemas } = shape
  const stated = (word: string) => statedIn(shape, word)
  const preset = stated('default') ?? plain(given && statedIn(given, 'default'))
  const says = (word: string, value: unknown) =>
    [shape, given].some((side) => side?.schemas.some((it) => it[word] === value))
  const isSecret = says('writeOnly', true) || says('format', 'password') || SECRET_NAME.test(name)
  const text = preset === undefined || isSecret ? undefined : textOf(preset, kind)
  const types = [...new Set(schemas.map(typeOf).filter((type) => type !== ''))]
  return {
    name,
    type: types.join(' or ') || 'text',
    required,
    preset: text === undefined || text === SECRET || isTelling(text) ? undefined : text,
    description: String(stated('description') ?? ''),
  }
}

/** In a name the first are telling wherever they stand, the last at its end alone: `PIN_LENGTH` is no secret. */
const SECRET_NAME =
  /PASS(WORD|WD|PHRASE)|(^|_)(PASS|PWD)(_|$)|SECRET|TOKEN|CREDENTIAL|KEYS?(_|$)|(?<![A-Z])(PEPPER|AUTHORIZATION|PIN|OTP|JWT|COOKIE|DSN|CONNECTION_STRING)$/

/** A private key as PEM, a token, a JWT, and what is named as a secret within a text. */
const SECRET_FORM =
  /-----BEGIN .*PRIVATE KEY|\bbearer \S{8}|\beyJ[\w-]+\.|(p(ass)?w(or)?d|secret|(access|api|private|secret).?key|token)["']?\s*[=:]/i

function isTelling(text: string): boolean {
  return SECRET_FORM.test(text) || toPublicText(text) !== text
}

function statedIn({ schemas }: Shape, word: string): unknown {
  return schemas.find((it) => it[word] !== undefined)?.[word]
}

/** What came out of a transform, if somebody could have set it. */
function plain(value: unknown): unknown {
  return typeof value === 'object' ? undefined : value
}

/** A default as one would set it. */
function textOf(value: unknown, kind: Shape['kind']): string {
  return kind === 'text' && typeof value === 'string' ? value : JSON.stringify(value)
}

function typeOf(schema: JsonSchema): string {
  const { type, enum: allowed, const: only, format, items, minimum, maximum } = schema
  if (Array.isArray(allowed)) return allowed.map(String).join(', ')
  if (only !== undefined) return String(only)
  if (type === 'array') return `list of ${typeOf(asSchema(items)) || 'text'}`
  if (type === 'object') return 'JSON object'
  if (typeof type !== 'string' || type === 'null') return ''
  const word = type === 'string' ? String(format ?? 'text') : type
  const least = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : ''
  const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ''
  return word + least + most
}

function exampleOf({ name, type, required, preset = '', description }: Row): string {
  const about = [description, `(${type})`].join(' ').replace(/\s+/g, ' ').trim()
  return `# ${about}\n${required ? '' : '# '}${name}=${required ? '' : quoted(preset)}`
}

function cell(text = ''): string {
  return text.replace(/[\\|]/g, '\\$&').replace(/\s+/g, ' ')
}

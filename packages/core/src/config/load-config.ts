import { checkBoolean, checkOneOf, checkOptions, invalidOption } from '../options/options.js'
import { checkSchema } from '../schema/check-schema.js'
import type { InferInput, InferOutput, StandardSchemaV1 } from '../schema/standard-schema.js'
import { ConfigError } from './config-error.js'
import { frozenCopy } from './frozen.js'
import { checkNaming } from './names.js'
import { cannotDescribe, readShape } from './read-shape.js'
import { remember } from './source-of.js'
import { readSources } from './sources.js'
import { reportUnknown, type UnknownKeys } from './unknown-names.js'
import { Validation } from './validation.js'

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions<Input = unknown> {
  /** The environment; read once, never changed. @defaultValue process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * `.env` files, a later one over an earlier one, relative to the working directory; one that is not there is skipped.
   * Their lines are `NAME=value`, after `export` or not; `#` begins a comment at the start of a line, and behind a space. A
   * value may stand in '…', "…" or backticks, over several lines. In a bare one and in "…" `${NAME}`, `${NAME:-default}`,
   * and a `$NAME` that is set are replaced: by the environment first, then by what stands above; `\$` is a dollar sign.
   * @defaultValue ['.env']
   */
  readonly files?: readonly string[] | undefined
  /**
   * Values that win over everything, by the schema's own keys. `undefined` is none; `null` is a value, of which
   * `z.coerce.number()` makes 0. @defaultValue none
   */
  readonly values?: ConfigValues<Input> | undefined
  /** What the variables of this service begin with, taken off as it is written: `'ORDERS_'`. @defaultValue '' */
  readonly prefix?: string | undefined
  /** What stands between a group and a key in a variable's name. @defaultValue '__' */
  readonly delimiter?: string | undefined
  /**
   * Whether a variable that is empty, in the environment or a file, is one that is not set: Compose writes `PORT=` of such a
   * one. Else it is an empty text, as the text of an empty file that `X_FILE` names always is. @defaultValue false
   */
  readonly emptyStringAsUndefined?: boolean | undefined
  /**
   * What happens to names that the schema does not have: nothing, a warning of the process, or a {@link ConfigError};
   * each with the name that was probably meant. Looked at are files, `values`, and an environment that is given or has a
   * prefix; of `process.env` without a prefix, which is full of other names, only those with the delimiter in them that
   * are in a group of the schema, or close to a name of it. Needs a schema that can describe itself.
   * @defaultValue 'ignore'
   */
  readonly unknown?: UnknownKeys | undefined
}

/** Some of what a schema takes. */
export type ConfigValues<Input> = Input extends readonly unknown[]
  ? Input
  : Input extends object
    ? { readonly [Key in keyof Input]?: ConfigValues<Input[Key]> | undefined }
    : Input

/**
 * Loads the configuration of a service: the schema's defaults, under `.env` files, under the environment, under
 * `values`; checked by the schema, and frozen.
 *
 * `DATABASE__POOL_SIZE` is `database.poolSize`, in any case of letters; where the schema does not name a key, as in a
 * record, it is camelCase. Variables are texts, which the schema coerces; only where it takes nothing but a list or an
 * object they are read as JSON, a list also with commas. `X_FILE` names a file that holds X, such as a mounted secret: it
 * is read where the same source has no X, or an empty one, and no stronger one sets it, if the schema names X, up to
 * 1 MiB, without the line break at its end; an empty `X_FILE` is none. Where X is a group, what the same source says of
 * its keys counts over it. A group that must be there is there, empty, so that its defaults and its missing keys are found.
 *
 * For all of this the schema has to describe itself by `StandardJSONSchemaV1`, as those of zod and arktype do, and of
 * valibot after `toStandardJsonSchema`. Of any other schema keys are taken by the rule of names alone, all variables are
 * texts, and it names X by complaining of it: so `X_FILE` is read only for an X that is not set, not even empty, and
 * without which the schema refuses.
 *
 * The environment is neither changed nor kept, and objects of a class, such as a Secret, are not frozen.
 *
 * @example
 * const config = await loadConfig(
 *   z.object({
 *     port: z.coerce.number().default(3000),
 *     database: z.object({ url: z.url(), password: z.string().transform(secret) }),
 *   }),
 * )
 * config.database.password.reveal()
 *
 * @throws {@link ConfigError} with every problem that is found, named by its variable, never with a value; but with keys of
 * a JSON object, so use no secret as one. What the
 * schema's own code throws is one without a name and without its text, and hides what the schema would say besides.
 * @throws {@link InvalidOptionError} naming the option; {@link UnsupportedError} where `unknown` or `files` ask for what
 * the schema or the runtime cannot do.
 * @see https://12factor.net/config
 */
export async function loadConfig<S extends StandardSchemaV1>(
  schema: S,
  options: LoadConfigOptions<InferInput<S>> = {},
): Promise<Readonly<InferOutput<S>>> {
  const naming = checkNaming(options, 'loadConfig')
  const { unknown = 'ignore' } = checkGiven(schema, options as LoadConfigOptions)
  const shape = readShape(schema)
  if (shape === undefined && unknown !== 'ignore') throw cannotDescribe('loadConfig with unknown', schema)
  const sources = await readSources(options, naming, shape)
  const issues = [...sources.issues, ...reportUnknown(sources.unknown, unknown, naming, shape)]
  const validated = await new Validation(schema, naming, shape).run(sources)
  issues.push(...validated.issues)
  if (issues.length > 0) throw new ConfigError(issues)

  const config = frozenCopy(validated.value)
  if (typeof config === 'object' && config !== null) {
    remember(config, { sources: validated.sources, naming })
  }
  return config as Readonly<InferOutput<S>>
}

function checkGiven(schema: StandardSchemaV1, options: LoadConfigOptions): LoadConfigOptions {
  const place = (option: string) => ({ package: '@base/core', pattern: 'loadConfig', option })
  checkSchema(schema, 'loadConfig')
  const { env = {}, files = [], values = {}, unknown, emptyStringAsUndefined = false } = options
  if (typeof env !== 'object' || env === null) throw invalidOption(env, place('env'), 'an object of texts')
  if (!Array.isArray(files) || !files.every((file) => typeof file === 'string' && file !== '')) {
    throw invalidOption(files, place('files'), 'an array of paths')
  }
  checkOptions(values as object, place('values'))
  checkBoolean(emptyStringAsUndefined, place('emptyStringAsUndefined'))
  if (unknown !== undefined) checkOneOf(unknown, ['ignore', 'warn', 'error'], place('unknown'))
  return options
}

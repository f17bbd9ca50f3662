// The types of @standard-schema/spec 1.1, declared here so that nothing has to be installed. Structural: every schema of
// a library that follows the specification fits.

/**
 * A schema of any library that follows Standard Schema, such as zod, valibot or arktype.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** What the library provides. */
  readonly '~standard': StandardSchemaProps<Input, Output>
}

/** What both sides of Standard Schema have. */
export interface StandardTypedProps<Input = unknown, Output = Input> {
  /** The version of the specification. */
  readonly version: 1
  /** The library: `'zod'`. */
  readonly vendor: string
  /** For the compiler only. */
  readonly types?:
    | {
        /** What the schema takes. */
        readonly input: Input
        /** What it gives. */
        readonly output: Output
      }
    | undefined
}

/** What a library provides to validate. */
export interface StandardSchemaProps<Input = unknown, Output = Input>
  extends StandardTypedProps<Input, Output> {
  /** Validates a value, and gives the output of the schema. */
  readonly validate: (
    value: unknown,
    options?:
      | {
          /** Options of that library. */
          readonly libraryOptions?: Record<string, unknown> | undefined
        }
      | undefined,
  ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>
}

/** What a schema says about a value: its output, or what is wrong. */
export type StandardSchemaResult<Output> =
  | {
      /** The output. */
      readonly value: Output
      /** Absent: the value is valid. */
      readonly issues?: undefined
    }
  | {
      /** What is wrong, a problem per entry. */
      readonly issues: readonly StandardSchemaIssue[]
    }

/** One thing that is wrong. */
export interface StandardSchemaIssue {
  /** What, for people. */
  readonly message: string
  /** Where. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** A schema that can write itself as JSON Schema. */
export interface StandardJSONSchemaV1<Input = unknown, Output = Input> {
  /** What the library provides. */
  readonly '~standard': StandardTypedProps<Input, Output> & {
    /** Writes what goes in and what comes out; throws where the library cannot. */
    readonly jsonSchema: {
      /** What goes in. */
      readonly input: (options: StandardJSONSchemaOptions) => Record<string, unknown>
      /** What comes out. */
      readonly output: (options: StandardJSONSchemaOptions) => Record<string, unknown>
    }
  }
}

/** Which JSON Schema to write. */
export interface StandardJSONSchemaOptions {
  /** The version; not every library has each. */
  readonly target: 'draft-2020-12' | 'draft-07' | 'openapi-3.0' | (string & {})
  /** Options of that library. */
  readonly libraryOptions?: Record<string, unknown> | undefined
}

/**
 * What a schema takes.
 *
 * @example
 * type OrderInput = InferInput<typeof orderSchema>
 */
export type InferInput<S extends StandardSchemaV1 | StandardJSONSchemaV1> = NonNullable<
  S['~standard']['types']
>['input']

/**
 * What a schema gives.
 *
 * @example
 * type Order = InferOutput<typeof orderSchema>
 */
export type InferOutput<S extends StandardSchemaV1 | StandardJSONSchemaV1> = NonNullable<
  S['~standard']['types']
>['output']

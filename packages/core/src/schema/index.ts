export { JsonError, type JsonErrorCode } from './json-error.js'
export { type ParseJsonOptions, parseJson } from './parse-json.js'
export type {
  InferInput,
  InferOutput,
  StandardJSONSchemaOptions,
  StandardJSONSchemaV1,
  StandardSchemaIssue,
  StandardSchemaProps,
  StandardSchemaResult,
  StandardSchemaV1,
  StandardTypedProps,
} from './standard-schema.js'
export { unchecked } from './unchecked.js'
export { validate, validateSync } from './validate.js'
export { type ManyValidated, type ValidateManyOptions, validateMany } from './validate-many.js'

export { compileSpecification } from './compile-specification.js'
export type { FieldMap, FieldSource } from './fields.js'

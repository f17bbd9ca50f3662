export { guardPool } from './guard-pool.js'
export { type PrepareStatementsOptions, prepareStatements } from './prepare-statements.js'

export { snippetsOf } from './documents.ts'
export { type ModuleFormat, packagesOf, toModule } from './module.ts'
export type { Program } from './program.ts'
export { type RunOptions, run, writeModule } from './run.ts'

export type { PipelineWarning, PipelineWarningCode } from './order.js'
export { type Pipeline, type PipelineEvents, type PolicyOutcome, pipeline } from './pipeline.js'

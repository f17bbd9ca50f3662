export { type DiagnosticsChannel, diagnosticsChannel } from './diagnostics-channel.js'
export {
  type DiagnosticsReading,
  type DiagnosticsSources,
  diagnosticsSources,
  type ReadDiagnosticsSource,
  readDiagnosticsSources,
} from './diagnostics-sources.js'

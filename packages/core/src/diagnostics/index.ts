export { type DiagnosticsChannel, diagnosticsChannel } from './diagnostics-channel.js'

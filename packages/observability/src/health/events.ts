import { type DiagnosticsChannel, diagnosticsChannel } from '@base/core/diagnostics'
import { Emitter } from '@base/core/events'
import { type HealthStatus, statusInGroup } from './report.js'

/** The events of a {@link Health}. */
export interface HealthEvents {
  /** A check says something else than before, or says something for the first time and it is not `'pass'`. */
  readonly change: {
    /** The check's name. */
    readonly name: string
    /** What it says now. */
    readonly status: HealthStatus
    /** What it said before; `undefined` the first time. */
    readonly previous: HealthStatus | undefined
    /** What the check threw, whole. */
    readonly error: unknown
  }
}

const change: DiagnosticsChannel<HealthEvents['change']> = /* @__PURE__ */ diagnosticsChannel(
  'base:observability:health:change',
)

/** Those who hear of what checks find. */
export class Observers extends Emitter<HealthEvents> {
  constructor() {
    super({ package: '@base/observability', pattern: 'Health', events: ['change'] })
  }

  /** The channel, which whoever runs the service listens to, tells what the change is to the groups of the check. */
  tellChange(payload: HealthEvents['change'], critical: boolean): void {
    if (payload.previous === undefined && payload.status === 'pass') return
    this.emit('change', payload)
    if (!change.hasSubscribers) return
    const status = statusInGroup(payload.status, critical)
    const previous = statusInGroup(payload.previous, critical)
    if (status !== previous) change.publish({ ...payload, status, previous })
  }
}

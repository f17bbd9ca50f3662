import type { FaultName, PlannedFault, Target } from './plan.ts'

/** A fault that was, in milliseconds from the start. */
export interface Window {
  readonly name: FaultName
  readonly target: Target
  readonly instance: 0 | 1
  readonly from: number
  /** When all was whole again; none while it is not. */
  to: number
}

/** When what was broken. */
export class Windows {
  readonly all: Window[] = []

  open({ name, target, instance }: PlannedFault, now: number): Window {
    const window = { name, target, instance, from: now, to: Number.POSITIVE_INFINITY }
    this.all.push(window)
    return window
  }

  /** Whether a fault touched a span of time, or was over for no longer than the grace when it began. */
  touch(from: number, to: number, grace: number, isMeant: (window: Window) => boolean): boolean {
    return this.all.some((window) => isMeant(window) && window.from <= to && from <= window.to + grace)
  }
}

export type { Component, LifecycleContext } from './component.js'
export { createLifecycle, type LifecycleOptions } from './create-lifecycle.js'
export type { Lifecycle, LifecycleState } from './lifecycle.js'

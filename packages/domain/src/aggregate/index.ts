export { AggregateRoot } from './aggregate-root.js'

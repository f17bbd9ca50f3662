export type { Container } from './container.js'
export {
  type ContainerBuilder,
  type ContainerOptions,
  createContainer,
  type NeedsANewName,
  type ServiceOptions,
} from './create-container.js'
export { ContainerError, type ContainerErrorCode, type ContainerErrorOptions } from './errors.js'

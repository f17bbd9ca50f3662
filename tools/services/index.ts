export { askRedis } from './ask-redis.ts'
export { describeWithPrivateService, describeWithService } from './describe.ts'
export { describeUnless } from './describe-unless.ts'
export { type PrivateKind, type ServerOptions, type ServiceKind, URL_VARIABLES } from './kinds.ts'
export { type Cut, type Line, lineTo } from './line.ts'
export { freePorts } from './ports.ts'
export { type PrivateServer, privateServer } from './private-server.ts'
export { askManagement } from './rabbitmq.ts'
export {
  type PostgresService,
  type RabbitmqService,
  type RedisService,
  type Services,
  services,
} from './services.ts'

export { Browser, type Page } from './browser.ts'
export {
  formOf,
  type Handler,
  type LoopbackServer,
  loopbackServers,
  sendJson,
} from './loopback-server.ts'
export { openidProvider, SECRET } from './openid-provider.ts'

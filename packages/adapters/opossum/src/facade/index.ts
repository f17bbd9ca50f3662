export type { OpossumFacadeEvents, OpossumFacadeStats } from './events.js'
export { OpossumFacade, type OpossumFacadeOptions, opossumFacade } from './opossum-facade.js'

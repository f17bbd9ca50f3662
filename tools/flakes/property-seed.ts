import { configureGlobal, readConfigureGlobal } from 'fast-check'

// For every property that does not say itself with which cases it is tried.
configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env['PROPERTY_SEED']) })
